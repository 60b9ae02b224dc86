import type { Fault, Parsed } from '../model/parsed.ts'
import { faultAt } from './bytes.ts'

/** What the collector says of its bundle; null and empty where it says nothing. */
export type Manifest = {
  readonly host: string | null
  readonly machineId: string | null
  readonly bootId: string | null
  readonly labels: Readonly<Record<string, string>>
  /** RFC 3339 UTC. */
  readonly collectedAt: string | null
  readonly trigger: string | null
  readonly unreadable: readonly { readonly path: string; readonly why: string }[]
}

const NOTHING: Manifest = {
  host: null,
  machineId: null,
  bootId: null,
  labels: {},
  collectedAt: null,
  trigger: null,
  unreadable: [],
}

const CHARS_MAX = 512
const LABELS_MAX = 64
const UNREADABLE_MAX = 10_000

/**
 * Reads a bundle's `manifest.json`. Fields of another type than the format's are as absent.
 *
 *     { "format": 1, "host": { "name": "db-7" }, "collectedAt": "2026-11-23T12:00:00Z", "unreadable": [] }
 */
export function parseManifest(text: string, file: string): Parsed<Manifest> {
  const found = objectOf(parsedJson(text))
  if (found === null) return { value: NOTHING, faults: [faultAt(file, 1, 'a JSON object', text)] }
  const faults: Fault[] = []
  if (found['format'] !== undefined && found['format'] !== 1) {
    faults.push(faultAt(file, 1, 'format 1', JSON.stringify(found['format'])))
  }
  const host = objectOf(found['host']) ?? {}
  return {
    value: {
      host: textOf(host['name']),
      machineId: textOf(host['machineId']),
      bootId: textOf(host['bootId']),
      labels: labelsOf(host['labels']),
      collectedAt: instantOf(found['collectedAt']),
      trigger: textOf(found['trigger']),
      unreadable: unreadableOf(found['unreadable']),
    },
    faults,
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is no JSON is no object: the caller reports that, with what stands there.
    return null
  }
}

function objectOf(value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.fromEntries(Object.entries(value))
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, CHARS_MAX) : null
}

function labelsOf(value: unknown): Readonly<Record<string, string>> {
  const labels: [string, string][] = []
  for (const [name, label] of Object.entries(objectOf(value) ?? {})) {
    const isUsable = name.length <= CHARS_MAX && labels.length < LABELS_MAX
    if (isUsable && typeof label === 'string') labels.push([name, label.slice(0, CHARS_MAX)])
  }
  return Object.fromEntries(labels)
}

function unreadableOf(value: unknown): Manifest['unreadable'] {
  const unreadable: { path: string; why: string }[] = []
  for (const item of Array.isArray(value) ? value.slice(0, UNREADABLE_MAX) : []) {
    const found = objectOf(item)
    const path = textOf(found?.['path'])
    if (path !== null) unreadable.push({ path, why: textOf(found?.['why']) ?? 'no reason given' })
  }
  return unreadable
}

/** An RFC 3339 time as UTC; null for anything else. */
export function instantOf(value: unknown): string | null {
  if (typeof value !== 'string' || !RFC_3339.test(value)) return null
  const time = Date.parse(value)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:?\d{2})$/
