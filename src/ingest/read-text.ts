import type { Given, Snapshot } from '../model/snapshot.ts'
import { createAssembler } from '../parse/assemble.ts'
import { snapshotOfText } from '../parse/text-snapshot.ts'
import { LIMITS, type Limits } from '../unpack/limits.ts'
import { isProcLines, ProcLines } from '../unpack/proc-lines.ts'
import { Tally } from '../unpack/tally.ts'

/**
 * Reads a text: what `grep -as '' /proc/...` printed is a bundle of one file, and read as one; all
 * else is a text that somebody pasted.
 *
 * @throws {Problem} text-unreadable, archive-foreign, entry-too-large
 */
export function readText(bytes: Buffer, given: Given, limits: Limits = LIMITS): Snapshot {
  if (!isProcLines(bytes)) return snapshotOfText(bytes.toString('utf8'), given)
  // A text's name says nothing of the host: it is called `stdin`, or what somebody saved it as.
  const assembler = createAssembler({ ...given, name: '' })
  const tally = new Tally()
  const lines = new ProcLines(assembler, limits, tally)
  lines.push(bytes, 0, bytes.length)
  lines.end()
  tally.check()
  return assembler.finish({ source: 'text', sha256: null, skipped: tally.skipped })
}
