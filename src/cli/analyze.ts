import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { diagnose, explainTask } from '../diagnose/diagnose.ts'
import { readBundle } from '../ingest/read-bundle.ts'
import type { DiagnosedIncident, Diagnosis } from '../model/diagnosis.ts'
import { Problem } from '../model/problem.ts'
import type { Catalogue } from '../model/signature.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Limits } from '../unpack/limits.ts'
import { archiveLimitsOf } from './archive-limits.ts'
import { catalogueOf, SIGNATURES_OPTION, signaturesFolderOf } from './catalogue.ts'
import { type Arguments, type Command, type Terminal, UsageError } from './command.ts'
import { emptyDiagnosis } from './empty-diagnosis.ts'
import { explainFailure } from './failure.ts'
import { Looks } from './looks.ts'
import { visible } from './paint.ts'
import { whyText } from './report/why.ts'
import { readStandardInput, STANDARD_INPUT } from './standard-input.ts'

/** Columns of a report that goes to a file or a pipe. */
const WIDTH_OF_PIPE = 100

export const analyze: Command = {
  usage: [
    'hangar analyze PATH... [--json | --md] [--all-tasks] [--evidence all]',
    'hangar analyze PATH --why TID',
  ],
  about: [
    'Diagnoses each PATH, without a server and without a store. PATH is a bundle (.tar, .tar.gz, .tar.zst), a sosreport, an unpacked folder of either, a text file (a pasted stack, dmesg, a sysrq dump, vmcore-dmesg, a goroutine dump), or - for standard input. What a file is, is told by its content, never by its name.',
    'Several PATHs that are snapshots of one boot, given in the order in which they were taken, are compared: what has not moved between two of them is proven stuck.',
    'Without a flag it prints a report for people: what is wrong and how sure that is, the tasks that take part and what they wait for, the evidence with file and line, what to run, and what would make the diagnosis surer.',
    'A PATH that cannot be used is named on standard error; the others are diagnosed all the same. For a text in which nothing is readable --json still prints a line, with no task and one fault.',
  ],
  options: [
    { name: 'json', value: null, help: 'one diagnosis for each PATH, one a line, in their order' },
    { name: 'md', value: null, help: 'the report as Markdown, to paste in a ticket' },
    {
      name: 'all-tasks',
      value: null,
      help: 'every task in the diagnosis, not only those that are stuck, exiting or reported',
    },
    {
      name: 'evidence',
      value: 'COUNT|all',
      help: 'lines of evidence that a report shows of each incident; 6 unless said. --json has all of them',
    },
    {
      name: 'why',
      value: 'TID',
      help: 'only this task: which signatures came closest to it, and which of their conditions failed',
    },
    SIGNATURES_OPTION,
  ],
  exits: [
    [0, 'nothing found, or nothing but notes on the past (severity info)'],
    [1, 'at least one incident'],
    [2, 'a PATH, or the command line, cannot be used'],
  ],
  environment: [
    ['HANGAR_SIGNATURES_DIR', 'the same as --signatures-dir'],
    ['HANGAR_*_BYTES_MAX', 'how much of a bundle is taken; hangar serve --help lists the limits'],
    ['COLUMNS', 'how wide the report is; else as wide as the terminal, or 100 in a pipe'],
    ['NO_COLOR, FORCE_COLOR', 'no colour at all; colour even into a pipe'],
  ],
  examples: [
    ['hangar analyze web-7.tar.gz', 'what hangs the host that this bundle is of?'],
    ['ssh web-7 dmesg | hangar analyze -', 'the same for its kernel log'],
    ['hangar analyze --json *.tar.gz | jq -r .incidents[].signature', 'for a script'],
  ],
  run: runAnalyze,
}

async function runAnalyze(given: Arguments, terminal: Terminal): Promise<number> {
  requireUsable(given)
  const catalogue = await catalogueOf(signaturesFolderOf(given))
  const looks = new Looks()
  const limits = archiveLimitsOf(process.env)
  const exits: number[] = []
  for (const path of given.paths) {
    const { exit, diagnosis } = await diagnosePath(
      path,
      { catalogue, looks, limits },
      given,
      terminal,
    )
    exits.push(exit)
    if (diagnosis !== null) terminal.out(await rendered(diagnosis, path, given, terminal))
  }
  return Math.max(...exits)
}

function requireUsable({ paths, given, values }: Arguments): void {
  if (paths.length === 0) throw new UsageError('it needs a PATH, or - for standard input')
  if (given.has('json') && given.has('md')) {
    throw new UsageError('--json and --md exclude each other')
  }
  const why = values['why']
  const { evidence } = values
  if (evidence !== undefined && !/^(?:\d+|all)$/.test(evidence)) {
    throw new UsageError('--evidence takes a number, or all')
  }
  if (why !== undefined && !/^\d+$/.test(why)) throw new UsageError('--why takes the tid of a task')
}

function isUrgent({ severity }: DiagnosedIncident): boolean {
  return severity !== 'info'
}

/** What every PATH of one run is diagnosed with. */
type Bench = {
  readonly catalogue: Catalogue
  readonly looks: Looks
  readonly limits: Limits
}

/** Without a diagnosis for a path that cannot be used, which it has then said. */
async function diagnosePath(
  path: string,
  { catalogue, looks, limits }: Bench,
  { given, values }: Arguments,
  terminal: Terminal,
): Promise<{ readonly exit: number; readonly diagnosis: Diagnosis | null }> {
  try {
    const snapshot = await readPath(path, limits)
    const earlier = looks.find(snapshot)
    const why = values['why']
    if (why !== undefined) {
      terminal.out(whyText(explainTask(snapshot, catalogue, Number(why), { earlier }), why))
      return { exit: 0, diagnosis: null }
    }
    const diagnosis = diagnose(snapshot, catalogue, { allTasks: given.has('all-tasks'), earlier })
    looks.add(snapshot, diagnosis, earlier)
    return { exit: diagnosis.incidents.some(isUrgent) ? 1 : 0, diagnosis }
  } catch (error) {
    const says = explainFailure(error, path)
    if (says === null) throw error
    terminal.err(`hangar analyze: ${visible(nameOf(path))}: ${says}\n`)
    // A script that matches lines to texts is not thrown off by one that says nothing.
    const isMute = given.has('json') && error instanceof Problem && error.kind === 'text-unreadable'
    return { exit: 2, diagnosis: isMute ? emptyDiagnosis(basename(nameOf(path))) : null }
  }
}

/** How a PATH is called in everything that is printed. */
function nameOf(path: string): string {
  return path === '-' ? STANDARD_INPUT : path
}

async function readPath(path: string, limits: Limits): Promise<Snapshot> {
  if (path === '-') return readStandardInput(process.stdin, limits)
  await stat(path)
  return readBundle(path, { name: basename(path) }, limits)
}

function evidenceMax(asked: string | undefined): number | undefined {
  return asked === 'all' ? Number.POSITIVE_INFINITY : asked === undefined ? asked : Number(asked)
}

async function rendered(
  diagnosis: Diagnosis,
  path: string,
  { given, paths, values }: Arguments,
  { width, hasColour }: Terminal,
): Promise<string> {
  if (given.has('json')) return `${JSON.stringify(diagnosis)}\n`
  const { reportOf } = await import('./report/report.ts')
  const blocks = reportOf(diagnosis, nameOf(path), evidenceMax(values['evidence']))
  if (given.has('md')) return (await import('./report/markdown.ts')).toMarkdown(blocks)
  const { toTerminal } = await import('./report/terminal.ts')
  const text = toTerminal(blocks, { width: width ?? WIDTH_OF_PIPE, hasColour })
  return paths.length === 1 ? text : `${text}\n`
}
