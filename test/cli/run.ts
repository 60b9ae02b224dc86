import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

export const HANGAR = resolve('src/cli/hangar.js')

export type Ran = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export type RunOptions = {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly node?: string
}

/** Runs the real program to its end. */
export async function hangar(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const started = start(args, options)
  started.child.stdin?.end(options.input ?? '')
  return started.ended
}

/** Starts the real program; `ended` gives when it is over, `printed` when it has printed a text. */
export function start(args: readonly string[], options: RunOptions = {}) {
  const {
    NO_COLOR: _no,
    FORCE_COLOR: _force,
    NODE_TEST_CONTEXT: _test,
    ...environment
  } = process.env
  const child = spawn(options.node ?? process.execPath, [HANGAR, ...args], {
    env: { ...environment, ...options.env },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  return {
    child,
    ended: endOf(child, output),
    printed: (text: RegExp) => printed(child, output, text),
  }
}

async function endOf(
  child: ChildProcess,
  output: { stdout: string; stderr: string },
): Promise<Ran> {
  await once(child, 'close')
  return { code: child.exitCode, signal: child.signalCode, ...output }
}

async function printed(
  child: ChildProcess,
  output: { readonly stdout: string; readonly stderr: string },
  text: RegExp,
): Promise<RegExpExecArray> {
  for (;;) {
    const found = text.exec(output.stdout)
    if (found) return found
    if (child.exitCode !== null)
      throw new Error(`it ended without printing ${text}:\n${output.stdout}${output.stderr}`)
    await new Promise((tick) => setTimeout(tick, 20))
  }
}
