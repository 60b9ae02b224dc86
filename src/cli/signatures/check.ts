import { readFileSync } from 'node:fs'
import { parseSignature } from '../../diagnose/match/catalogue.ts'
import { parseKernelRecord } from '../../diagnose/match/kernels.ts'
import { readCatalogue } from '../../ingest/load-catalogue.ts'
import type { Fault } from '../../model/parsed.ts'
import { faultLine, signaturesFolderOf } from '../catalogue.ts'
import type { Arguments, Terminal } from '../command.ts'
import { visible } from '../paint.ts'
import { counted } from '../report/words.ts'

/** A record of kernels is told from a signature by what only it has. */
const KERNEL_RECORD = /^intervals:/m

/** Names every fault of the files, or of all that is in force. */
export async function check(given: Arguments, terminal: Terminal): Promise<number> {
  const { faults, files } = given.paths.length === 0 ? checkAll(given) : checkFiles(given.paths)
  for (const fault of faults) terminal.out(`${visible(faultLine(fault))}\n`)
  const found = faults.length === 0 ? 'no fault' : counted(faults.length, 'fault')
  terminal.err(`${files}: ${found}\n`)
  return faults.length === 0 ? 0 : 1
}

type Checked = { readonly faults: readonly Fault[]; readonly files: string }

function checkAll(given: Arguments): Checked {
  const { value, faults } = readCatalogue(signaturesFolderOf(given))
  const signatures = counted(value.signatures.length, 'signature')
  return { faults, files: `${signatures}, ${counted(value.kernels.size, 'kernel record')}` }
}

function checkFiles(paths: readonly string[]): Checked {
  const faults = paths.flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    const parse = KERNEL_RECORD.test(text) ? parseKernelRecord : parseSignature
    return parse(text, path).faults
  })
  return { faults, files: counted(paths.length, 'file') }
}
