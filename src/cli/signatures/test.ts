import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { diagnose } from '../../diagnose/diagnose.ts'
import { readBundle } from '../../ingest/read-bundle.ts'
import type { Catalogue } from '../../model/signature.ts'
import { catalogueOf, signaturesFolderOf } from '../catalogue.ts'
import { type Arguments, type Terminal, UsageError } from '../command.ts'
import { counted } from '../report/words.ts'

const SAMPLES = join(import.meta.dirname, '../../../samples/signature')

/** One sample of one signature, and what its name promises. */
type Sample = { readonly id: string; readonly path: string; readonly fires: boolean }

/** Diagnoses every sample of the signatures asked for; says which promise does not hold. */
export async function testAll(given: Arguments, terminal: Terminal): Promise<number> {
  const catalogue = await catalogueOf(signaturesFolderOf(given))
  const folder = given.values['samples'] ?? SAMPLES
  const samples = samplesOf(folder).filter(({ id }) => isAsked(id, given.paths))
  const unknown = given.paths.filter((id) => !catalogue.signatures.some((each) => each.id === id))
  if (unknown.length > 0) throw new UsageError(`there is no signature ${unknown.join(', ')}`)
  const wrong = [...lacking(catalogue, samples, given.paths)]
  for (const sample of samples) {
    const says = await judge(sample, catalogue)
    if (says !== null) wrong.push(says)
  }
  for (const says of wrong) terminal.out(`WRONG  ${says}\n`)
  const ids = new Set(samples.map(({ id }) => id))
  terminal.out(
    `${counted(samples.length, 'sample')} of ${counted(ids.size, 'signature')}, ${wrong.length} wrong\n`,
  )
  return wrong.length === 0 ? 0 : 1
}

function isAsked(id: string, asked: readonly string[]): boolean {
  return asked.length === 0 || asked.includes(id)
}

/** Samples lie in `ID/fires-TRAIT` and `ID/silent-TRAIT`: files or folders. */
export function samplesOf(folder: string): readonly Sample[] {
  const ids = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return ids.flatMap(({ name: id }) =>
    readdirSync(join(folder, id))
      .filter((name) => /^(?:fires|silent)-/.test(name))
      .sort()
      .map((name) => ({ id, path: join(folder, id, name), fires: name.startsWith('fires-') })),
  )
}

/** Null when the sample's name keeps its promise. */
export async function judge(
  { id, path, fires }: Sample,
  catalogue: Catalogue,
): Promise<string | null> {
  const snapshot = await readBundle(path, { name: basename(path) })
  const found = diagnose(snapshot, catalogue).incidents.map(({ signature }) => signature)
  if (found.includes(id) === fires) return null
  const others = found.length === 0 ? 'nothing' : found.join(', ')
  return `${path}: ${id} ${fires ? 'does not fire' : 'fires'}; found ${others}`
}

/** A signature that nothing tests might as well never fire, or always. */
function lacking(
  { signatures }: Catalogue,
  samples: readonly Sample[],
  asked: readonly string[],
): readonly string[] {
  const known = new Set(signatures.map(({ id }) => id))
  const strangers = new Set(samples.map(({ id }) => id).filter((id) => !known.has(id)))
  const untested = [...known]
    .filter((id) => isAsked(id, asked))
    .flatMap((id) =>
      [true, false]
        .filter((fires) => !samples.some((sample) => sample.id === id && sample.fires === fires))
        .map((fires) => `${id}: no sample ${fires ? 'fires-*' : 'silent-*'}`),
    )
  return [...[...strangers].map((id) => `${id}: there is no such signature`), ...untested]
}
