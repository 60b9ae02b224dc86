import {
  type ChildProcess,
  execFile,
  type SpawnOptions,
  spawn,
  spawnSync,
} from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Shell } from './collector.ts'

const DAEMON = resolve('test/collect/fuse-daemon.ts')

/** After this, whatever became of the test, its connections are aborted: no task hangs longer. */
const GUARD_SECONDS = 60
const PATIENCE_MS = 15_000

/** Why real tasks cannot be hung here; false where they can. */
export const cannotHang: string | false =
  process.getuid?.() !== 0
    ? 'needs root'
    : !existsSync('/dev/fuse')
      ? 'needs /dev/fuse'
      : spawnSync('unshare', ['--mount', 'nsenter', '--version']).status !== 0
        ? 'needs unshare and nsenter, and to be allowed a mount namespace'
        : false

/** A mount on which tasks can hang. */
export type Mounted = {
  readonly mountPoint: string
  /** Its number in /sys/fs/fuse/connections. */
  readonly connection: number
  /** The daemon, or who started it. */
  readonly child: ChildProcess
}

/**
 * A mount namespace in which FUSE mounts are made, and fusectl is there; nothing of it is seen
 * outside. `close` wakes whatever hangs on its mounts, ends what was started, and may be called
 * whatever went wrong.
 */
export class Cell {
  readonly #holder: ChildProcess
  readonly #children: ChildProcess[] = []
  readonly #connections: number[] = []
  readonly #folder: string

  private constructor(folder: string, holder: ChildProcess) {
    this.#folder = folder
    this.#holder = holder
  }

  static async open(folder: string): Promise<Cell> {
    const prepare = `mountpoint -q ${CONNECTIONS} || mount -t fusectl none ${CONNECTIONS}
      echo ready; exec sleep ${2 * GUARD_SECONDS}`
    const holder = spawn(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', prepare],
      PIPED,
    )
    await printed(holder, /ready/)
    return new Cell(folder, holder)
  }

  /** A shell inside, for the collector. */
  get shell(): Shell {
    return { name: 'sh in the cell', command: ['nsenter', ...this.#inside, 'sh'], skip: false }
  }

  /** Starts a program inside. */
  start(...command: readonly string[]): ChildProcess {
    const child = spawn('nsenter', [...this.#inside, ...command], { ...PIPED, detached: true })
    this.#children.push(child)
    return child
  }

  /** What a shell inside prints. */
  async run(command: string): Promise<string> {
    const given = [...this.#inside, 'sh', '-c', command]
    const { stdout } = await promisify(execFile)('nsenter', given, { timeout: PATIENCE_MS })
    return stdout
  }

  /** Starts a daemon on a fresh mount point, by `before` where it is to live elsewhere. */
  async mount(flags: readonly string[], before: readonly string[] = []): Promise<Mounted> {
    const mountPoint = join(this.#folder, `mount-${this.#children.length}`)
    mkdirSync(mountPoint)
    const child = this.start(...before, process.execPath, DAEMON, mountPoint, ...flags)
    const [, number = ''] = await printed(child, /ready (\d+)/)
    const connection = Number(number)
    this.#connections.push(connection)
    const wake = `echo 1 > ${CONNECTIONS}/${connection}/abort; kill -9 -- -${child.pid}`
    this.start('sh', '-c', `sleep ${GUARD_SECONDS}; ${wake}`)
    return { mountPoint, connection, child }
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) {
      await this.run(`echo 1 2> /dev/null > ${CONNECTIONS}/${connection}/abort || true`)
    }
    for (const { pid } of this.#children) if (pid !== undefined) killGroup(pid)
    const ended = this.#children.map(whenEnded)
    this.#holder.kill('SIGKILL')
    await Promise.all([...ended, whenEnded(this.#holder)])
  }

  get #inside(): readonly string[] {
    return ['-t', String(this.#holder.pid), '-m', '--']
  }
}

const CONNECTIONS = '/sys/fs/fuse/connections'
const PIPED: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'] }

/** The first text that a program prints. */
async function printed(child: ChildProcess, text: RegExp): Promise<RegExpExecArray> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => (output += part))
  }
  return until(`${text} is printed`, () => {
    if (child.exitCode !== null) throw new Error(`it ended without printing ${text}: ${output}`)
    return text.exec(output)
  })
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Ended by itself, with all that it started.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function whenEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** Waits until `look` gives something. */
export async function until<Found>(
  what: string,
  look: () => Found | null | Promise<Found | null>,
): Promise<Found> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`)
    await sleep(50)
  }
}

/** State letter of a task, by its status, which can always be read; null when it is gone. */
export function stateOf(pid: number): string | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return /^State:\s+(\w)/m.exec(status)?.[1] ?? null
  } catch {
    // That is what gone means.
    return null
  }
}

/** Children of a task, by pid. */
export function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.trim().split(' ').filter(Boolean).map(Number)
}
