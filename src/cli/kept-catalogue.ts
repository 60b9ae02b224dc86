import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Catalogue, KernelRecord, Signature } from '../model/signature.ts'

const DIAGNOSE = join(import.meta.dirname, '../diagnose')
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/hangar')

/** Everything that decides what parsing gives: the data, and the code that reads it. */
const SOURCES = ['signatures', 'kernels', '.'] as const

type Kept = {
  readonly key: string
  readonly signatures: readonly Signature[]
  readonly kernels: readonly (readonly [string, KernelRecord])[]
}

/** The product's catalogue as it was parsed last; null when there is none, or any file is newer. */
export function readKept(): Catalogue | null {
  try {
    const kept: Kept = JSON.parse(readFileSync(path(), 'utf8'))
    if (kept.key !== keyOf()) return null
    return { signatures: kept.signatures, kernels: new Map(kept.kernels) }
  } catch {
    // Not there, or torn: it is made anew.
    return null
  }
}

/** Keeps a parsed catalogue for the next run. */
export function keep({ signatures, kernels }: Catalogue): void {
  const kept: Kept = { key: keyOf(), signatures, kernels: [...kernels] }
  const fresh = `${path()}.${process.pid}`
  try {
    mkdirSync(CACHE, { recursive: true })
    writeFileSync(fresh, JSON.stringify(kept))
    renameSync(fresh, path())
  } catch {
    // Installed where this user may not write: every run parses anew, nothing else.
  }
}

function path(): string {
  return join(CACHE, 'catalogue.json')
}

/** Changes when a file comes, goes, or is written. */
function keyOf(): string {
  const hash = createHash('sha1')
  for (const source of SOURCES) {
    const folder = join(DIAGNOSE, source)
    for (const name of readdirSync(folder)) {
      const { mtimeMs, size } = statSync(join(folder, name))
      hash.update(`${source}/${name} ${mtimeMs} ${size}\n`)
    }
  }
  return hash.digest('hex')
}
