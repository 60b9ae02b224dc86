#!/usr/bin/env node
// @ts-check

// The launcher: plain JavaScript that any Node from 20 on can read. Hangar itself is TypeScript that
// Node 24 runs as it is; an older Node starts the one that was installed beside this package and
// passes on its signals and its exit code. Everything else is in main.ts.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** First Node that strips types without a warning on every start. */
const NODE_LEAST = [24, 12]

/** @param {string} path from this file */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url))

const ownNode = pathOf(`../../node_modules/node-${process.platform}-${process.arch}/bin/node`)

if (isNewEnough(process.versions.node)) {
  await runHere()
} else if (existsSync(ownNode)) {
  runIn(ownNode)
} else {
  process.stderr.write(
    `hangar: this is Node ${process.versions.node}; Hangar runs on Node ${NODE_LEAST.join('.')} or newer.\n` +
      'On Linux (x64, arm64) `npm ci` in the project installs it beside the package, and it is found by itself.\n' +
      `Looked for ${ownNode}\n`,
  )
  process.exitCode = 2
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = NODE_LEAST
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}

async function runHere() {
  module.enableCompileCache(pathOf('../../node_modules/.cache/hangar'))
  const { main } = await import('./main.ts')
  await main(process.argv.slice(2))
}

/** @param {string} node */
function runIn(node) {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  // The channel closes when this process ends, however it ends: a service then drains and exits.
  const env = { ...process.env, HANGAR_LAUNCHED: '1' }
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
  // A terminal sends Ctrl-C to both; the child decides, and this process ends when it does.
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`hangar: ${node} does not start: ${error.message}\n`)
    process.exitCode = 2
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 2
    else process.exit(128 + constants.signals[signal])
  })
}
