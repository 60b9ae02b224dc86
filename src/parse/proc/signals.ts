import { ByteTable } from '../byte-table.ts'

export const NO_SIGNALS: readonly number[] = []

const NIBBLES_MAX = 32 // _NSIG is 128 on MIPS, 64 elsewhere
const TABLE_BYTES = 64 * 1024

/** Sets of signals by their masks: most tasks have one of a few, so sets are shared. */
export class SignalSets {
  readonly #sets = new ByteTable<readonly number[] | null>(TABLE_BYTES, (bytes, start, end) => {
    const signals = signalsIn(bytes, start, end)
    if (signals) this.#texts.set(signals, bytes.toString('latin1', start, end))
    return signals
  })
  readonly #texts = new WeakMap<readonly number[], string>()

  /** The signals of a mask, ascending; null where the bytes are no mask. */
  get(bytes: Buffer, start: number, end: number): readonly number[] | null {
    return this.#sets.get(bytes, start, end)
  }

  /** The mask that a set was read from. */
  textOf(signals: readonly number[]): string {
    return this.#texts.get(signals) ?? '0000000000000000'
  }
}

/**
 * Reads the mask of a set of signals.
 *
 *     0000000000000100        signal 9
 *
 * Source: fs/proc/array.c, render_sigset_t().
 */
function signalsIn(bytes: Buffer, start: number, end: number): readonly number[] | null {
  if (end === start || end - start > NIBBLES_MAX) return null
  const signals: number[] = []
  for (let at = end - 1, first = 1; at >= start; at -= 1, first += 4) {
    const nibble = nibbleOf(bytes[at] ?? 0)
    if (nibble < 0) return null
    for (let bit = 0; bit < 4; bit += 1) if ((nibble >> bit) & 1) signals.push(first + bit)
  }
  return signals
}

function nibbleOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
