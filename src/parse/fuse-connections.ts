import type { Parsed } from '../model/parsed.ts'
import type { FuseConnection } from '../model/snapshot.ts'
import { faultAt } from './bytes.ts'

/**
 * Reads `/sys/fs/fuse/connections/<minor>/waiting`: requests that no answer has come to.
 *
 *     1
 *
 * Empty: the connection went away while it was read.
 *
 * Source: fs/fuse/control.c, fuse_conn_waiting_read().
 */
export function parseFuseWaiting(text: string, file: string): Parsed<FuseConnection> {
  const minor = Number(/(\d{1,9})\/waiting$/.exec(file)?.[1] ?? 0)
  const waiting = /^(\d{1,15})\s*$/.exec(text)?.[1]
  const faults =
    waiting === undefined && text.trim() !== '' ? [faultAt(file, 1, 'a number', text)] : []
  const value = {
    minor,
    waiting: waiting === undefined ? null : Number(waiting),
    from: { file, line: 1 },
  }
  return { value, faults }
}
