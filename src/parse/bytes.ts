import type { Fault } from '../model/parsed.ts'
import { FOUND_CHARS_MAX } from '../model/parsed.ts'

/** Bytes that formats of /proc are made of. */
export const BYTE = {
  tab: 0x09,
  newline: 0x0a,
  blank: 0x20,
  open: 0x28,
  close: 0x29,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
} as const

/** Where the line ends that `start` lies in: at its newline, or at `end`. */
export function lineEnd(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== BYTE.newline) at += 1
  return at
}

export function isDigitAt(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] ?? 0
  return byte >= BYTE.zero && byte <= BYTE.nine
}

/** The decimal number that fills these bytes, or -1: no digits, something else among them, too many. */
export function decimalIn(bytes: Buffer, start: number, end: number): number {
  if (end <= start || end - start > DIGITS_MAX) return -1
  let value = 0
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - BYTE.zero
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

const DIGITS_MAX = 15 // more cannot be held exactly in a double

/** A place in a file that is not as its format has it. */
export function faultAt(file: string, line: number, expected: string, found: string): Fault {
  return { file, line, expected, found: found.slice(0, FOUND_CHARS_MAX) }
}

/** The bytes of a text, for a reader that works on bytes. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'utf8')
}
