import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readBundle } from '../../src/ingest/read-bundle.ts'
import { hangar } from '../cli/run.ts'
import { type MadeEntry, tarGzOf, tarOf } from '../unpack/tar-writer.ts'
import { testFolder } from './collector.ts'
import { filesOf } from './sample-files.ts'

// What people bring from a host where nothing can be installed: outputs of loops over /proc, tars of
// their own making, sosreports. Each is made of one capture of the deadlock, and must show it.

const SAMPLE = 'samples/bundle/fuse-flush-deadlock-docker-kill.tar.gz'

const folder = testFolder('inputs')
after(folder.remove)

/** Files of the capture by path: the text of each. */
let files: ReadonlyMap<string, string>
before(async () => {
  files = await filesOf(SAMPLE)
})

type Task = { readonly path: string; readonly [file: string]: string }

const TASK = /^(proc\/\d+\/task\/(\d+))\/(\w+)$/

/** The tasks of the capture, in the order in which a shell's pattern names them. */
function tasks(): readonly Task[] {
  const found = new Map<string, Record<string, string> & { path: string }>()
  for (const [path, text] of files) {
    const [, task, , file] = TASK.exec(path) ?? []
    if (task === undefined || file === undefined) continue
    const known = found.get(task) ?? { path: task }
    found.set(task, { ...known, [file]: text })
  }
  return [...found.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** The file of each task, as a command prints it behind or below something. */
const each = (print: (task: Task) => string) => tasks().map(print).join('')

/** `grep -as '' FILES`, of files whose path fits. */
function grepped(shape: RegExp, root = '/'): string {
  return [...files]
    .filter(([path]) => shape.test(path))
    .flatMap(([path, text]) =>
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => `${root}${path}:${line}\n`),
    )
    .join('')
}

const OF_TASKS = /^proc\/\d+\/(?:task\/|ns)/

/** Texts, by the command that prints them, and what each proves at most. */
const TEXTS: Readonly<Record<string, { readonly text: () => string; readonly verdict: string }>> = {
  "ssh host 'cat /proc/*/task/*/stack'": {
    text: () => each(({ stack }) => stack ?? ''),
    verdict: 'possible',
  },
  'tail -n +1 /proc/*/task/*/stack': {
    text: () => each(({ path, stack }) => `==> /${path}/stack <==\n${stack ?? ''}\n`),
    verdict: 'possible',
  },
  'more /proc/*/task/*/stack | cat': {
    text: () =>
      each(({ path, stack }) => `::::::::::::::\n/${path}/stack\n::::::::::::::\n${stack}`),
    verdict: 'possible',
  },
  'for p in /proc/*/task/*; do echo $p; cat $p/stack; done': {
    text: () => each(({ path, stack }) => `/${path}\n${stack ?? ''}`),
    verdict: 'possible',
  },
  'for p in /proc/*/task/*; do echo "== $p $(cat $p/comm)"; cat $p/stack; done': {
    text: () => each(({ path, comm, stack }) => `== /${path} ${comm}${stack ?? ''}`),
    verdict: 'possible',
  },
  'for p in ...; do cat $p/status $p/stack; done': {
    text: () => each(({ status, stack }) => `${status}${stack ?? ''}`),
    verdict: 'likely',
  },
  "grep -as '' /proc/*/task/*/{status,stack}": {
    text: () => grepped(OF_TASKS),
    verdict: 'confirmed',
  },
  "grep -as '' with its complaints": {
    text: () => `grep: /proc/1/task/1/stack: Operation not permitted\n${grepped(OF_TASKS)}`,
    verdict: 'confirmed',
  },
  "kubectl debug node/n1 -- chroot /host sh -c 'grep ...'": {
    text: () =>
      `Creating debugging pod node-debugger-n1-x7k2p with container debugger on node n1.\n${grepped(OF_TASKS)}`.replaceAll(
        '\n',
        '\r\n',
      ),
    verdict: 'confirmed',
  },
}

const SURE = ['possible', 'likely', 'confirmed']

/** The deadlock in a diagnosis; that there is none is said with all that was found. */
function deadlockIn(stdout: string) {
  const { incidents, snapshot } = JSON.parse(stdout)
  const found = incidents.find(
    ({ signature }: { signature: string }) => signature === 'fuse-flush-deadlock',
  )
  assert.ok(found, JSON.stringify({ incidents, snapshot }).slice(0, 2000))
  return found
}

for (const [command, { text, verdict }] of Object.entries(TEXTS)) {
  test(`${command} | hangar analyze -`, async () => {
    const { stdout, stderr } = await hangar(['analyze', '--json', '-'], { input: text() })
    assert.notEqual(stdout, '', stderr)
    const found = deadlockIn(stdout)
    assert.ok(SURE.indexOf(found.verdict) >= SURE.indexOf(verdict), found.verdict)
  })
}

test('a file of grep says the same as the same lines on standard input', async () => {
  const text = grepped(OF_TASKS)
  const path = join(folder.path, 'web-7.txt')
  writeFileSync(path, text)
  const file = await hangar(['analyze', '--json', path])
  const piped = await hangar(['analyze', '--json', '-'], { input: text })
  assert.equal(file.stdout, piped.stdout)
})

const entries = (prefix: string): MadeEntry[] =>
  [...files].map(([path, bytes]) => ({ path: `${prefix}${path}`, bytes }))

const LINES = () => grepped(/^(?:proc|sys|etc)\//, '')

/** Archives of people's own making. */
const TARS: Readonly<Record<string, () => Buffer>> = {
  'tar of copied files': () => tarOf(entries('')),
  'tar of one folder': () => tarGzOf(entries('web-7/')),
  'tar of an absolute folder': () => tarGzOf(entries('tmp/hang-4711/')),
  'tar of a folder deep below a home': () => tarGzOf(entries('home/joe/tickets/4711/web-7/')),
  'tar of a proc.lines': () => tarGzOf([{ path: 'proc.lines', bytes: LINES() }]),
  'tar of a proc.lines in an absolute folder': () =>
    tarGzOf([{ path: './tmp/tmp.0cB3/proc.lines', bytes: LINES() }]),
  'tar of a proc.lines with absolute paths': () =>
    tarGzOf([{ path: 'proc.lines', bytes: grepped(/^(?:proc|sys|etc)\//) }]),
  'sosreport with the files of /proc': () =>
    tarGzOf([
      { path: 'sosreport-web-7-2026-11-24-abcdefg/version.txt', bytes: 'sosreport: 4.8\n' },
      ...entries('sosreport-web-7-2026-11-24-abcdefg/'),
    ]),
}

for (const [name, tar] of Object.entries(TARS)) {
  test(`${name}: the deadlock is confirmed`, async () => {
    const path = join(folder.path, `${name.replaceAll(/\W+/g, '-')}.tar`)
    writeFileSync(path, tar())
    const { stdout, stderr } = await hangar(['analyze', '--json', path])
    assert.notEqual(stdout, '', stderr)
    assert.equal(deadlockIn(stdout).verdict, 'confirmed')
  })
}

test('a log deep in an archive is taken before the folder is known, a program named ps is not', async () => {
  const path = join(folder.path, 'order.tar')
  const dmesg = files.get('dmesg.txt') ?? readFileSync('samples/log/hung-task.txt', 'utf8')
  const tar = [
    { path: 'a/b/dmesg.txt', bytes: dmesg },
    { path: 'a/b/usr/bin/ps', bytes: '\x7fELF  PID TTY TIME CMD\n' },
    ...entries('a/b/'),
  ]
  writeFileSync(path, tarOf(tar))
  const { stdout } = await hangar(['analyze', '--json', path])
  const { snapshot, faults } = JSON.parse(stdout)
  assert.deepEqual(faults, [])
  assert.equal(snapshot.skipped.unknown > 0, true)
  assert.equal(deadlockIn(stdout).verdict, 'confirmed')
})

/** The second sample in lines: with its paths as in the bundle, or behind its own folder. */
for (const [form, lines] of Object.entries({
  'resample/1/proc.lines': (path: string, line: string) => [
    'resample/1/proc.lines',
    `${path}:${line}`,
  ],
  'proc.lines': (path: string, line: string) => ['proc.lines', `resample/1/${path}:${line}`],
} as const)) {
  test(`a second sample in ${form} is read`, async () => {
    const again = [...files].filter(([path]) => /\/task\/\d+\/(?:status|stack|stat)$/.test(path))
    const texts = new Map<string, string>([['proc.lines', LINES()]])
    for (const [path, text] of again) {
      for (const line of text.split('\n').slice(0, -1)) {
        const [file = '', printed] = lines(path, line)
        texts.set(file, `${texts.get(file) ?? ''}${printed}\n`)
      }
    }
    const path = join(folder.path, `${form.replaceAll('/', '-')}.tar`)
    writeFileSync(path, tarOf([...texts].map(([file, bytes]) => ({ path: file, bytes }))))
    const { samples, tasks: first } = await readBundle(path, { name: 'web-7' })
    assert.deepEqual(
      samples.map(({ tid }) => tid),
      first.map(({ tid }) => tid),
    )
    assert.deepEqual([...new Set(samples.map(({ round }) => round))], [1])
    for (const [at, { stack, switches }] of samples.entries()) {
      assert.deepEqual(switches, first[at]?.switches)
      if (stack !== null) assert.equal(stack, first[at]?.stack)
    }
  })
}
