import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Relay, Terminal } from './command.ts'

const SCRIPT = fileURLToPath(new URL('../collect/hangar-collect.sh', import.meta.url))

/** Signals that somebody sends to end it; the script cleans up after itself. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** `hangar collect`: the collector script itself, with whatever was typed. */
export const collect: Relay = { relay: runCollect }

async function runCollect(typed: readonly string[], { out }: Terminal): Promise<number> {
  if (typed.includes('--print')) {
    out(readFileSync(SCRIPT, 'utf8'))
    return 0
  }
  const child = spawn('/bin/sh', [SCRIPT, ...typed], { stdio: 'inherit' })
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of SIGNALS) process.on(signal, pass)
  await once(child, 'exit')
  for (const signal of SIGNALS) process.off(signal, pass)
  return child.exitCode ?? 128 + (constants.signals[child.signalCode ?? 'SIGKILL'] ?? 0)
}
