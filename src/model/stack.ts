import { type Frame, plainSymbol } from './frame.ts'

/**
 * One distinct kernel stack. Tasks that printed the same bytes share the same object, so what is
 * worked out of a stack is worked out once, however many tasks stand in it.
 */
export type Stack = {
  /** Innermost first; empty for a zombie, or a task that runs. */
  readonly frames: readonly Frame[]
  /**
   * The plain symbols that matching reads, innermost first: of the reliable frames, or of all
   * frames where none is reliable (kernels 3.2 and 3.16 print nothing but `?` frames).
   */
  readonly names: readonly string[]
  /** The line of text each frame was read from, as long as `frames`. */
  readonly text: readonly string[]
  /** Lines from the first line of the stack to the line of each frame, as long as `frames`; 0 first. */
  readonly lineOffsets: readonly number[]
}

export const EMPTY_STACK: Stack = { frames: [], names: [], text: [], lineOffsets: [] }

/** Makes the stack of frames, and of the lines they were read from. */
export function stackOf(
  frames: readonly Frame[],
  text: readonly string[],
  lineOffsets: readonly number[],
): Stack {
  const reliable = frames.filter((frame) => frame.reliable)
  const telling = reliable.length > 1 || frames.length < 3 ? reliable : frames
  const named = telling.length > 0 ? telling : frames
  return { frames, names: named.map(({ symbol }) => plainSymbol(symbol)), text, lineOffsets }
}
