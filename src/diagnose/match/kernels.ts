import { parseDocument } from 'yaml'
import type { Fault, Parsed } from '../../model/parsed.ts'
import type { KernelRecord } from '../../model/signature.ts'
import { compareVersions } from '../explain/kernel-advice.ts'

type Interval = KernelRecord['intervals'][number]

/**
 * Reads one kernel record. Rejected: intervals that overlap, leave a gap, or name no source, since
 * an answer to "are we affected" is only worth its proof.
 */
export function parseKernelRecord(text: string, file: string): Parsed<KernelRecord | null> {
  const faults: Fault[] = []
  const fault = (expected: string, found: string) =>
    faults.push({ file, line: lineOf(text, found), expected, found })
  const document = parseDocument(text)
  for (const { message } of document.errors) fault('YAML', message.split('\n')[0] ?? '')
  const raw: unknown = document.errors.length > 0 ? {} : document.toJS()
  const record = isRecord(raw) ? raw : {}
  for (const name of ['id', 'title']) {
    if (typeof record[name] !== 'string') fault(`${name}: text`, String(record[name]))
  }
  const list = Array.isArray(record['intervals']) ? record['intervals'] : []
  if (list.length === 0) fault('intervals: at least one', 'none')
  const intervals = list.map((each: unknown) => readInterval(each, fault))
  checkOrder(intervals, fault)
  const fixedIn = typeof record['fixedIn'] === 'string' ? record['fixedIn'] : null
  const value = { id: String(record['id']), title: String(record['title']), intervals, fixedIn }
  return { value: faults.length > 0 ? null : value, faults }
}

type NoteFault = (expected: string, found: string) => void

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The line a text stands on, so that a fault about a value is located; 1 where it is made up. */
function lineOf(text: string, found: string): number {
  const at = text.indexOf(found)
  return at < 0 ? 1 : text.slice(0, at).split('\n').length
}

function readInterval(each: unknown, fault: NoteFault): Interval {
  const row = isRecord(each) ? each : {}
  const text = (name: string): string => {
    const value = row[name]
    if (typeof value === 'string' && value.trim() !== '') return value.trim()
    fault(`${name}: text in quotes`, String(value))
    return ''
  }
  const version = (name: string): string => {
    const value = text(name)
    if (!/^\d+(\.\d+)*$/.test(value)) fault(`${name}: a version such as 6.1.141`, value)
    return value
  }
  if (typeof row['affected'] !== 'boolean')
    fault('affected: true or false', String(row['affected']))
  return {
    from: version('from'),
    before: row['before'] === undefined ? null : version('before'),
    affected: row['affected'] === true,
    source: text('source'),
    says: text('says'),
  }
}

function checkOrder(intervals: readonly Interval[], fault: NoteFault): void {
  for (const [index, { from, before }] of intervals.entries()) {
    if (before !== null && compareVersions(from, before) >= 0)
      fault(`before: after ${from}`, before)
    const next = intervals[index + 1]
    if (next && next.from !== before) fault(`from: ${before}, where the one before ends`, next.from)
  }
}
