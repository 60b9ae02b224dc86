import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'
import { readBundle } from '../../src/ingest/read-bundle.ts'

export const SCRIPT = resolve('src/collect/hangar-collect.sh')

/** A shell that hosts have as /bin/sh; `skip` says why it cannot be tried here. */
export type Shell = {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly skip: string | false
}

const has = (command: string) =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, command)))

export const lacks = (command: string): string | false =>
  has(command) ? false : `no ${command} on this machine`

export const SHELLS: readonly Shell[] = [
  { name: 'dash', command: ['dash'], skip: lacks('dash') },
  { name: 'bash --posix', command: ['bash', '--posix'], skip: lacks('bash') },
  { name: 'busybox ash', command: ['busybox', 'ash'], skip: lacks('busybox') },
]

/** The first shell that is here, for tests of what does not depend on the shell. */
export const ANY_SHELL = SHELLS.find(({ skip }) => skip === false) ?? {
  name: 'sh',
  command: ['sh'] as const,
  skip: false,
}

export type Collected = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
  readonly elapsedMs: number
}

export type Collection = {
  readonly shell?: Shell
  readonly args: readonly string[]
  /** Folder for this collector alone: its lock, temporary files, state and spool. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
}

/** A folder on memory for one test file; `remove` takes it away. */
export function testFolder(name: string) {
  const base = existsSync('/dev/shm') ? '/dev/shm' : '/tmp'
  const folder = mkdtempSync(join(base, `hangar-test-${name}-`))
  return {
    path: folder,
    inside: (part: string) => join(folder, part),
    /** A fresh folder for a collector. */
    fresh: () => mkdtempSync(join(folder, 'run-')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Starts the real script with folders of its own. */
export function startCollector({ shell = ANY_SHELL, args, folder, env = {} }: Collection) {
  const startedAt = performance.now()
  const run = join(folder, 'run')
  mkdirSync(run, { recursive: true })
  const places = ['--run', run, '--state', join(folder, 'state'), '--spool', join(folder, 'spool')]
  const [program, ...before] = shell.command
  const child = spawn(program, [...before, SCRIPT, ...places, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { child, run, ended: endOf(child, startedAt) }
}

/** Runs the real script to its end. */
export async function collect(collection: Collection): Promise<Collected> {
  return startCollector(collection).ended
}

async function endOf(child: ChildProcess, startedAt: number): Promise<Collected> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (bytes: Buffer) => stdout.push(bytes))
  child.stderr?.on('data', (bytes: Buffer) => stderr.push(bytes))
  await once(child, 'close')
  return {
    code: child.exitCode,
    signal: child.signalCode,
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString('utf8'),
    elapsedMs: performance.now() - startedAt,
  }
}

/** What `proc.lines` of a bundle holds, and its manifest. */
export function openBundle(path: string) {
  const file = (name: string) =>
    execFileSync('tar', ['-xzOf', path, `./${name}`], { maxBuffer: 1 << 28 })
  const names = execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }).trim().split('\n')
  return {
    names,
    lines: file('proc.lines').toString('latin1').split('\n').slice(0, -1),
    manifest: JSON.parse(file('manifest.json').toString('utf8')),
    text: () => names.filter((name) => !name.endsWith('/')).map((name) => file(name.slice(2))),
  }
}

/** Everything of a collector that is still there: files in its folder of temporary files, processes. */
export function remains(run: string) {
  return { files: readdirSync(run), processes: processesWith(run) }
}

function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => `${pid} ${commandLine(pid)}`)
    .filter((line) => line.includes(text))
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    // It ended while it was looked for, which is what the caller wants to know.
    return ''
  }
}

/** What the product makes of a bundle. */
export async function diagnosed(path: string) {
  const snapshot = await readBundle(path, { name: 'host' })
  return { snapshot, diagnosis: diagnose(snapshot, loadCatalogue(), { allTasks: true }) }
}
