import { nearest } from './arguments.ts'
import { catalogueOf, SIGNATURES_OPTION, signaturesFolderOf } from './catalogue.ts'
import { type Arguments, type Command, type Terminal, UsageError } from './command.ts'
import { HISTORY_ENVIRONMENT, HISTORY_OPTIONS } from './history/jobs.ts'
import { WANTED_OPTIONS } from './history/wanted.ts'

export const signatures: Command = {
  usage: [
    'hangar signatures list [--json]',
    'hangar signatures check [FILE...]',
    'hangar signatures test [ID...] [--samples FOLDER]',
    'hangar signatures try FILE [--since TIME] [--host NAME] [--limit N] [--server URL]',
  ],
  about: [
    'A signature says in data, never in code, what to look for: tasks in roles, how they are related, which combination proves how much, and what heals it. CONTRIBUTING.md tells how to write one.',
    'list shows those in force. check reads signature files and kernel records and names every place that is not as it must be; without FILE it reads all in force. test diagnoses every sample in FOLDER/ID/fires-* and FOLDER/ID/silent-* (folders, archives or texts): the name of a sample says whether signature ID must fire on it.',
    'try is a dry run over the stored snapshots, the newest first: which incidents would be gained, lost and changed were FILE in force, with examples. Nothing is written. It works on the data folder of a service that does not run, or with --server on one that does; hangar reclassify applies what is in force.',
  ],
  options: [
    { name: 'json', value: null, help: 'list: one signature a line; try: the whole result' },
    {
      name: 'samples',
      value: 'FOLDER',
      help: 'test: where the samples are (default samples/signature of the project)',
    },
    { name: 'limit', value: 'N', help: 'try: so many snapshots at most, the newest' },
    ...WANTED_OPTIONS.map((option) => ({ ...option, help: `try: ${option.help}` })),
    ...HISTORY_OPTIONS.map((option) => ({ ...option, help: `try: ${option.help}` })),
    SIGNATURES_OPTION,
  ],
  exits: [
    [0, 'done; nothing wrong'],
    [
      1,
      'check: a fault; test: a sample on which its signature is wrong, or a signature without samples; try: stopped, cancelled or failed on the way',
    ],
    [2, 'the command line, FILE to try, the data folder or the service cannot be used'],
  ],
  environment: [['HANGAR_SIGNATURES_DIR', 'the same as --signatures-dir'], ...HISTORY_ENVIRONMENT],
  examples: [
    ['hangar signatures list', 'what does Hangar know?'],
    ['hangar signatures check my-signatures/*.yaml', 'before they go anywhere'],
    ['hangar signatures test fuse-flush-deadlock', 'the samples of one'],
    ['hangar signatures try mine.yaml --server http://hangar:7070', 'what would it find?'],
  ],
  run: runSignatures,
}

type Run = (given: Arguments, terminal: Terminal) => Promise<number>

const PARTS: Readonly<Record<string, Run>> = {
  list,
  check: async (given, terminal) => (await import('./signatures/check.ts')).check(given, terminal),
  test: async (given, terminal) => (await import('./signatures/test.ts')).testAll(given, terminal),
  try: async (given, terminal) => (await import('./signatures/try.ts')).tryOne(given, terminal),
}

async function runSignatures(given: Arguments, terminal: Terminal): Promise<number> {
  const [part = '', ...paths] = given.paths
  const run = PARTS[part]
  if (run) return run({ ...given, paths }, terminal)
  const near = nearest(part, Object.keys(PARTS))
  throw new UsageError(
    part === ''
      ? 'say list, check, test or try'
      : `no ${part} here${near ? `; did you mean ${near}?` : ''}`,
  )
}

async function list(given: Arguments, terminal: Terminal): Promise<number> {
  const known = [...(await catalogueOf(signaturesFolderOf(given))).signatures]
  known.sort((a, b) => a.id.localeCompare(b.id))
  if (given.given.has('json')) {
    const lines = known.map(({ id, version, title, severity, why, source, subsumes, kernel }) =>
      JSON.stringify({ id, version, title, severity, why, source, subsumes, kernel }),
    )
    terminal.out(lines.map((line) => `${line}\n`).join(''))
    return 0
  }
  const width = Math.max(...known.map(({ id }) => id.length))
  const rows = known.map(
    ({ id, version, severity, title }) =>
      `${id.padEnd(width)}  v${String(version).padEnd(3)} ${severity.padEnd(8)}  ${title}\n`,
  )
  terminal.out(rows.join(''))
  return 0
}
