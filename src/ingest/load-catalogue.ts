import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseSignature } from '../diagnose/match/catalogue.ts'
import { parseKernelRecord } from '../diagnose/match/kernels.ts'
import type { CatalogueEntry } from '../model/catalogue.ts'
import type { Fault, Parsed } from '../model/parsed.ts'
import type { Catalogue, KernelRecord } from '../model/signature.ts'

const OWN = join(import.meta.dirname, '../diagnose')

/** What the files of the product and of an extra folder say. */
export type FileCatalogue = {
  /** By id; where both have one, that of the folder. */
  readonly entries: ReadonlyMap<string, CatalogueEntry>
  readonly kernels: ReadonlyMap<string, KernelRecord>
  /** Texts of the kernel records in force, for hashing. */
  readonly kernelTexts: readonly string[]
}

/**
 * Reads every signature and kernel record of the product, then those of an extra folder, which
 * replace the product's of the same id.
 *
 * @throws {Error} naming file and line, when a file is not as it must be: a service that matches
 *   with half a catalogue would call unknown what it should know.
 */
export function loadCatalogue(extraFolder: string | null = null): Catalogue {
  return toCatalogue(loadFiles(extraFolder))
}

/** The same, with the text of each signature. */
export function loadFiles(extraFolder: string | null = null): FileCatalogue {
  const { value, faults } = readFiles(extraFolder)
  const [first] = faults
  if (first) {
    throw new Error(`${first.file}:${first.line}: expected ${first.expected}, found ${first.found}`)
  }
  return value
}

/** The catalogue with every fault, instead of a throw at the first. */
export function readCatalogue(extraFolder: string | null = null): Parsed<Catalogue> {
  const { value, faults } = readFiles(extraFolder)
  return { value: toCatalogue(value), faults }
}

function toCatalogue({ entries, kernels }: FileCatalogue): Catalogue {
  return { signatures: [...entries.values()].map(({ signature }) => signature), kernels }
}

function readFiles(extraFolder: string | null): Parsed<FileCatalogue> {
  const faults: Fault[] = []
  const entries = readSignatures(extraFolder, faults)
  const kernels = new Map<string, KernelRecord>()
  const kernelTexts = new Map<string, string>()
  for (const { file } of filesOf('kernels', extraFolder)) {
    const text = readFileSync(file, 'utf8')
    const parsed = parseKernelRecord(text, file)
    faults.push(...parsed.faults)
    if (parsed.value === null) continue
    kernels.set(parsed.value.id, parsed.value)
    kernelTexts.set(parsed.value.id, text)
  }
  for (const { signature } of entries.values()) {
    const { id, kernel } = signature
    if (kernel === null || kernels.has(kernel)) continue
    faults.push({ file: `${id}.yaml`, line: 1, expected: 'a record in kernels/', found: kernel })
  }
  return { value: { entries, kernels, kernelTexts: [...kernelTexts.values()] }, faults }
}

function readSignatures(
  extraFolder: string | null,
  faults: Fault[],
): ReadonlyMap<string, CatalogueEntry> {
  const entries = new Map<string, CatalogueEntry>()
  for (const { file, source } of filesOf('signatures', extraFolder)) {
    const yaml = readFileSync(file, 'utf8')
    const { value: signature, faults: own } = parseSignature(yaml, file)
    faults.push(...own)
    if (signature === null) continue
    const name = `${signature.id}.yaml`
    if (name !== basename(file)) {
      faults.push({ file, line: 1, expected: `a file named ${name}`, found: basename(file) })
    }
    const replaced = entries.get(signature.id)
    const hides = replaced ? [replaced.source, ...replaced.hides] : []
    entries.set(signature.id, { signature, source, yaml, isDisabled: false, hides })
  }
  return entries
}

type SourceFile = { readonly file: string; readonly source: 'builtin' | 'folder' }

function filesOf(
  kind: 'signatures' | 'kernels',
  extraFolder: string | null,
): readonly SourceFile[] {
  const pattern = kind === 'signatures' ? '*.yaml' : 'kernels/*.yaml'
  const own = globSync(join(OWN, kind, '*.yaml')).sort()
  const extra = extraFolder === null ? [] : globSync(join(extraFolder, pattern)).sort()
  return [
    ...own.map((file): SourceFile => ({ file, source: 'builtin' })),
    ...extra.map((file): SourceFile => ({ file, source: 'folder' })),
  ]
}
