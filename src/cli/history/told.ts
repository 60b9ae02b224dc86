import type { Example, Said, Tally, Work } from '../../model/work.ts'
import type { Terminal } from '../command.ts'
import { visible } from '../paint.ts'
import { counted } from '../report/words.ts'
import { readText } from './follow.ts'
import type { Jobs } from './jobs.ts'

/** What became of a job: the exit code of whoever asked for it. */
export function tell(
  work: Work,
  { json, terminal, head }: { json: boolean; terminal: Terminal; head: string },
): number {
  if (json) terminal.out(`${JSON.stringify(work)}\n`)
  else terminal.out(`${linesOf(work, head).join('\n')}\n`)
  if (work.state === 'done') return 0
  const why = work.problem === null ? '' : ` (${work.problem})`
  terminal.err(visible(`the job ${work.id} is ${work.state}${why}: ${readText(work.progress)}`))
  terminal.err('\n')
  return 1
}

/** A job that we wait for no longer goes on, or waits for the same command. */
export function tellLeft({ id }: Work, { server }: Jobs, terminal: Terminal): number {
  const says =
    server === null
      ? 'stopped; the same command goes on from here'
      : `the service goes on with it: ${server.replace(/\/+$/, '')}/admin/jobs/${id}`
  terminal.err(visible(`job ${id}: ${says}`))
  terminal.err('\n')
  return 1
}

function linesOf({ progress, result }: Work, head: string): readonly string[] {
  const { unreadable } = progress
  const tallies = (['gained', 'lost', 'changed'] as const).map(
    (kind) => `${kind.padEnd('changed'.length)}  ${tallyText(result[kind])}`,
  )
  const lacking = `${counted(unreadable, 'snapshot')} could not be read again: they stay as they are`
  return [
    `${head}: ${readText(progress)}`,
    ...tallies,
    ...(unreadable === 0 ? [] : [lacking]),
    ...result.examples.flatMap(exampleLines),
  ]
}

function tallyText({ incidents, snapshots, hosts, kernels }: Tally): string {
  const counts: readonly (readonly [number | null, string])[] = [
    [snapshots, 'snapshot'],
    [hosts, 'host'],
    [kernels, 'kernel'],
  ]
  const where = counts.flatMap(([count, noun]) => (count ? [counted(count, noun)] : []))
  const all = counted(incidents, 'incident')
  return where.length === 0 ? all : `${all} (${where.join(', ')})`
}

function exampleLines(example: Example): readonly string[] {
  const { kind, signature, host, title, snapshot, incident, before, after, evidence } = example
  const at = incident === null ? `snapshot ${snapshot}` : `incident ${incident}`
  return [
    '',
    visible(`${kind} ${signature} on ${host}: ${title}`),
    visible(`  ${saidText(before)} -> ${saidText(after)}; ${at}`),
    ...evidence.map(({ file, line, text }) => visible(`  ${file}:${line}: ${text}`)),
  ]
}

function saidText(said: Said | null): string {
  if (said === null) return 'nothing'
  const { verdict, severity, version, tasks } = said
  return `${verdict}, ${severity}, version ${version}, ${counted(tasks, 'task')}`
}
