import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseSignature } from '../diagnose/match/catalogue.ts'
import { parseKernelRecord } from '../diagnose/match/kernels.ts'
import type { Fault, Parsed } from '../model/parsed.ts'
import type { Catalogue, KernelRecord, Signature } from '../model/signature.ts'

const OWN = join(import.meta.dirname, '../diagnose')

/**
 * Reads every signature and kernel record of the product, then those of an extra folder, which
 * replace the product's of the same id.
 *
 * @throws {Error} naming file and line, when a file is not as it must be: a service that matches
 *   with half a catalogue would call unknown what it should know.
 */
export function loadCatalogue(extraFolder: string | null = null): Catalogue {
  const { value, faults } = readCatalogue(extraFolder)
  const [first] = faults
  if (first) {
    throw new Error(`${first.file}:${first.line}: expected ${first.expected}, found ${first.found}`)
  }
  return value
}

/** The same, with every fault instead of a throw at the first. */
export function readCatalogue(extraFolder: string | null = null): Parsed<Catalogue> {
  const faults: Fault[] = []
  const signatures = new Map<string, Signature>()
  const kernels = new Map<string, KernelRecord>()
  for (const file of filesOf('signatures', extraFolder)) {
    const parsed = parseSignature(readFileSync(file, 'utf8'), file)
    faults.push(...parsed.faults)
    if (parsed.value === null) continue
    if (`${parsed.value.id}.yaml` !== basename(file)) {
      faults.push({
        file,
        line: 1,
        expected: `a file named ${parsed.value.id}.yaml`,
        found: basename(file),
      })
    }
    signatures.set(parsed.value.id, parsed.value)
  }
  for (const file of filesOf('kernels', extraFolder)) {
    const parsed = parseKernelRecord(readFileSync(file, 'utf8'), file)
    faults.push(...parsed.faults)
    if (parsed.value !== null) kernels.set(parsed.value.id, parsed.value)
  }
  for (const { id, kernel } of signatures.values()) {
    if (kernel === null || kernels.has(kernel)) continue
    faults.push({ file: `${id}.yaml`, line: 1, expected: 'a record in kernels/', found: kernel })
  }
  return { value: { signatures: [...signatures.values()], kernels }, faults }
}

function filesOf(kind: 'signatures' | 'kernels', extraFolder: string | null): readonly string[] {
  const own = globSync(join(OWN, kind, '*.yaml')).sort()
  if (extraFolder === null) return own
  const pattern = kind === 'signatures' ? '*.yaml' : 'kernels/*.yaml'
  return [...own, ...globSync(join(extraFolder, pattern)).sort()]
}
