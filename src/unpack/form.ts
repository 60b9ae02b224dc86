import { closeSync, openSync, readSync } from 'node:fs'
import { type Form, formOf } from './inflate.ts'

const FIRST_BYTES = 4096

/** What a file on disk is by its first bytes; null: neither an archive nor a text. */
export function formOfFile(path: string): Form | 'text' | null {
  const first = Buffer.alloc(FIRST_BYTES)
  const file = openSync(path, 'r')
  let bytes = 0
  try {
    // A pipe may give less than asked for at a time.
    for (let read = -1; read !== 0 && bytes < FIRST_BYTES; bytes += read) {
      read = readSync(file, first, bytes, FIRST_BYTES - bytes, null)
    }
  } finally {
    closeSync(file)
  }
  const known = first.subarray(0, bytes)
  return formOf(known) ?? (isText(known) ? 'text' : null)
}

/** Text has no zero bytes, except that a serial console may have sent some. */
function isText(bytes: Buffer): boolean {
  let odd = 0
  for (const byte of bytes) {
    if (byte === 0 || (byte < 0x20 && !TEXT_CONTROLS.has(byte))) odd += 1
  }
  return odd * 50 <= bytes.length
}

/** Backspace, tab, newline, form feed, carriage return, escape: what terminals and people type. */
const TEXT_CONTROLS: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b])
