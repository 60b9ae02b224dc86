import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings, SettingError, type Settings } from '../config.ts'
import type { Service } from '../main.ts'
import { type Arguments, type Command, type Terminal, UsageError } from './command.ts'
import { SERVICE_OPTIONS, untilSignal } from './service-options.ts'
import { uploadOne } from './upload.ts'

const SAMPLES = join(import.meta.dirname, '../../samples/bundle')

const ARCHIVE = /\.(?:tar|tar\.gz|tgz|tar\.zst)$/

export const demo: Command = {
  usage: ['hangar demo [--port PORT]'],
  about: [
    'Starts a service on a temporary store, feeds it the bundles in samples/bundle (real hosts, really hung), prints one line for each incident and stays up until Ctrl-C, which removes the store. Where port 7070 is taken it listens on a free one.',
  ],
  options: SERVICE_OPTIONS.filter(({ name }) => name !== 'data'),
  exits: [
    [0, 'stopped by a signal'],
    [2, 'the service cannot start'],
  ],
  environment: [
    ['HANGAR_*', 'settings of the service, as in hangar serve --help; HANGAR_DATA is not used'],
  ],
  examples: [['npm run demo', 'the same, in a fresh clone']],
  run: runDemo,
}

async function runDemo({ paths, values }: Arguments, terminal: Terminal): Promise<number> {
  if (paths.length > 0) throw new UsageError(`demo takes no PATH (${paths.join(' ')})`)
  const dataFolder = mkdtempSync(join(tmpdir(), 'hangar-demo-'))
  const stopped = untilSignal()
  try {
    const settings = {
      ...readSettings({ 'log-level': 'warn', ...values }, process.env),
      dataFolder,
    }
    const service = await startSomewhere(settings, values['port'] !== undefined)
    terminal.out(`Hangar's demo listens on ${service.url}\n\n`)
    await Promise.race([feed(service, terminal), stopped])
    await stopped
    await service.close()
    return 0
  } finally {
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

/** On the port of the settings, or, where something else has it and nobody insists, on any. */
async function startSomewhere(settings: Settings, insists: boolean): Promise<Service> {
  const { startService } = await import('../main.ts')
  try {
    return await startService(settings)
  } catch (error) {
    if (insists || !(error instanceof SettingError)) throw error
    return startService({ ...settings, port: 0 })
  }
}

async function feed({ url }: Service, terminal: Terminal): Promise<void> {
  const target = {
    server: new URL(`${url}/`),
    query: new URLSearchParams(),
    waits: true,
    isShort: true,
  }
  for (const name of readdirSync(SAMPLES)
    .filter((file) => ARCHIVE.test(file))
    .sort()) {
    await uploadOne(join(SAMPLES, name), target, terminal)
  }
  terminal.out(`\nLook at ${url} or ask ${url}/api/v1/incidents; Ctrl-C ends it.\n`)
}
