import { ByteTable } from '../byte-table.ts'

/** A set of signals, with the text of the mask it was read from. */
export type SignalSet = { readonly signals: readonly number[]; readonly text: string }

export const NO_SIGNALS: SignalSet = { signals: [], text: '0000000000000000' }

const NIBBLES_MAX = 32 // _NSIG is 128 on MIPS, 64 elsewhere

/** Sets of signals by their masks: most tasks have one of a few. */
export type SignalSets = ByteTable<SignalSet | null>

export function createSignalSets(): SignalSets {
  return new ByteTable(64 * 1024, signalsIn)
}

/**
 * The signals of a mask, ascending; null where the bytes are no mask.
 *
 *     0000000000000100        signal 9
 *
 * Source: fs/proc/array.c, render_sigset_t().
 */
function signalsIn(bytes: Buffer, start: number, end: number): SignalSet | null {
  if (end === start || end - start > NIBBLES_MAX) return null
  const signals: number[] = []
  for (let at = end - 1, first = 1; at >= start; at -= 1, first += 4) {
    const nibble = nibbleOf(bytes[at] ?? 0)
    if (nibble < 0) return null
    for (let bit = 0; bit < 4; bit += 1) if ((nibble >> bit) & 1) signals.push(first + bit)
  }
  return { signals, text: bytes.toString('latin1', start, end) }
}

function nibbleOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
