import type { Frame } from '../model/frame.ts'
import { fromJson } from './packed.ts'

/** Offset, size, module and reliability may be left out from the end, where they are as most are. */
type PackedFrame = readonly [
  symbol: string,
  offset?: number | null,
  size?: number | null,
  module?: string | null,
  isReliable?: 0 | 1,
]

/** Frames as JSON of a third of the length: a fleet has many stacks, and each is kept for ever. */
export function packFrames(frames: readonly Frame[]): string {
  return JSON.stringify(
    frames.map(({ symbol, offset, size, module, reliable }): PackedFrame => {
      if (!reliable) return [symbol, offset, size, module, 0]
      return module === null ? [symbol, offset, size] : [symbol, offset, size, module]
    }),
  )
}

export function unpackFrames(text: string): readonly Frame[] {
  return fromJson<readonly PackedFrame[]>(text).map(
    ([symbol, offset = null, size = null, module = null, isReliable = 1]) => ({
      symbol,
      offset,
      size,
      module,
      reliable: isReliable === 1,
    }),
  )
}
