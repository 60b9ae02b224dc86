import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { diagnose, explainTask } from '../diagnose/diagnose.ts'
import { readBundle } from '../ingest/read-bundle.ts'
import type { DiagnosedIncident, Diagnosis } from '../model/diagnosis.ts'
import { Problem } from '../model/problem.ts'
import type { Catalogue } from '../model/signature.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { catalogueOf, SIGNATURES_OPTION, signaturesFolderOf } from './catalogue.ts'
import { type Arguments, type Command, type Terminal, UsageError } from './command.ts'
import { emptyDiagnosis } from './empty-diagnosis.ts'
import { explainFailure } from './failure.ts'
import { Looks } from './looks.ts'
import { visible } from './paint.ts'
import { whyText } from './report/why.ts'

/** Columns of a report that goes to a file or a pipe. */
const WIDTH_OF_PIPE = 100

export const analyze: Command = {
  usage: ['hangar analyze PATH... [--json | --md] [--all-tasks]', 'hangar analyze PATH --why TID'],
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
  const exits: number[] = []
  for (const path of given.paths) {
    const { exit, diagnosis } = await diagnosePath(path, { catalogue, looks }, given, terminal)
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
  if (why !== undefined && !/^\d+$/.test(why)) throw new UsageError('--why takes the tid of a task')
}

function isUrgent({ severity }: DiagnosedIncident): boolean {
  return severity !== 'info'
}

/** Without a diagnosis for a path that cannot be used, which it has then said. */
async function diagnosePath(
  path: string,
  { catalogue, looks }: { readonly catalogue: Catalogue; readonly looks: Looks },
  { given, values }: Arguments,
  terminal: Terminal,
): Promise<{ readonly exit: number; readonly diagnosis: Diagnosis | null }> {
  try {
    const snapshot = await readPath(path)
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
    const says = explainFailure(error)
    if (says === null) throw error
    terminal.err(`hangar analyze: ${visible(path)}: ${says}\n`)
    // A script that matches lines to texts is not thrown off by one that says nothing.
    const isMute = given.has('json') && error instanceof Problem && error.kind === 'text-unreadable'
    return { exit: 2, diagnosis: isMute ? emptyDiagnosis(basename(path)) : null }
  }
}

async function readPath(path: string): Promise<Snapshot> {
  if (path === '-') return (await import('./standard-input.ts')).readStandardInput(process.stdin)
  await stat(path)
  return readBundle(path, { name: basename(path) })
}

async function rendered(
  diagnosis: Diagnosis,
  path: string,
  { given, paths }: Arguments,
  { width, hasColour }: Terminal,
): Promise<string> {
  if (given.has('json')) return `${JSON.stringify(diagnosis)}\n`
  const { reportOf } = await import('./report/report.ts')
  const blocks = reportOf(diagnosis, path === '-' ? 'standard input' : path)
  if (given.has('md')) return (await import('./report/markdown.ts')).toMarkdown(blocks)
  const { toTerminal } = await import('./report/terminal.ts')
  const text = toTerminal(blocks, { width: width ?? WIDTH_OF_PIPE, hasColour })
  return paths.length === 1 ? text : `${text}\n`
}
