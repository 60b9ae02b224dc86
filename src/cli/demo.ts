import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings, SettingError, type Settings } from '../config.ts'
import type { Service } from '../main.ts'
import { type Arguments, type Command, type Terminal, UsageError } from './command.ts'
import type { FleetWanted } from './demo/fleet.ts'
import { SERVICE_OPTIONS, untilSignal } from './service-options.ts'
import { uploadOne } from './upload.ts'

const SAMPLES = join(import.meta.dirname, '../../samples/bundle')

const HOSTS_MAX = 5000
const DAYS_MAX = 90

const ARCHIVE = /\.(?:tar|tar\.gz|tgz|tar\.zst)$/

export const demo: Command = {
  usage: ['hangar demo [--port PORT]', 'hangar demo --hosts N [--seed S] [--days D]'],
  about: [
    'Starts a service on a temporary store, feeds it the bundles in samples/bundle (real hosts, really hung), prints one line for each incident and stays up until Ctrl-C, which removes the store. Where port 7070 is taken it listens on a free one.',
    'With --hosts it shows a made-up fleet instead: bundles made of the same captures, with other hosts, kernels and times, sent as hosts would send them.',
  ],
  options: [
    { name: 'hosts', value: 'N', help: `a made-up fleet of so many hosts, 1 to ${HOSTS_MAX}` },
    { name: 'seed', value: 'S', help: 'another number makes another fleet (default 1)' },
    { name: 'days', value: 'D', help: `how long its story is, 1 to ${DAYS_MAX} (default 14)` },
    ...SERVICE_OPTIONS.filter(({ name }) => name !== 'data'),
  ],
  exits: [
    [0, 'stopped by a signal'],
    [2, 'the service cannot start, or an option cannot be used'],
  ],
  environment: [
    ['HANGAR_*', 'settings of the service, as in hangar serve --help; HANGAR_DATA is not used'],
  ],
  examples: [
    ['npm run demo', 'the same, in a fresh clone'],
    ['npm run demo -- --hosts 500', 'two weeks of 500 hosts'],
  ],
  run: runDemo,
}

async function runDemo({ paths, values }: Arguments, terminal: Terminal): Promise<number> {
  if (paths.length > 0) throw new UsageError(`demo takes no PATH (${paths.join(' ')})`)
  const fleet = fleetOf(values)
  const dataFolder = mkdtempSync(join(tmpdir(), 'hangar-demo-'))
  const stopped = untilSignal()
  try {
    const { hosts: _hosts, seed: _seed, days: _days, ...flags } = values
    const settings = {
      ...readSettings({ 'log-level': 'warn', ...flags }, process.env),
      dataFolder,
    }
    const service = await startSomewhere(settings, values['port'] !== undefined)
    terminal.out(`Hangar's demo listens on ${service.url}\n\n`)
    const fed = fleet === null ? feed(service, terminal) : showFleet(service, fleet, terminal)
    await Promise.race([fed, stopped])
    await stopped
    await service.close()
    return 0
  } finally {
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

/** The fleet that the command line asks for; null for none. @throws {UsageError} */
function fleetOf(values: Arguments['values']): FleetWanted | null {
  if (values['hosts'] === undefined) {
    const [name] = ['seed', 'days'].filter((flag) => values[flag] !== undefined)
    if (name !== undefined) throw new UsageError(`--${name} needs --hosts`)
    return null
  }
  return {
    hosts: numberOf(values, 'hosts', { least: 1, most: HOSTS_MAX, fallback: 1 }),
    seed: numberOf(values, 'seed', { least: 0, most: 2 ** 31 - 1, fallback: 1 }),
    days: numberOf(values, 'days', { least: 1, most: DAYS_MAX, fallback: 14 }),
    nowMs: Date.now(),
  }
}

function numberOf(
  values: Arguments['values'],
  name: string,
  { least, most, fallback }: { least: number; most: number; fallback: number },
): number {
  const text = values[name]
  const value = text === undefined ? fallback : Number(text)
  if (text?.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}, not ${text}`)
  }
  return value
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

async function showFleet(
  { url }: Service,
  wanted: FleetWanted,
  { out, err, showsProgress }: Terminal,
): Promise<void> {
  const { planFleet } = await import('./demo/fleet.ts')
  const { feedFleet } = await import('./demo/feed.ts')
  const plan = planFleet(wanted)
  const total = plan.snapshots.length
  const begun = performance.now()
  const tell = (sent: number) => {
    if (showsProgress && sent % 10 === 0) err(`\r\x1b[2K${sent} of ${total} snapshots`)
  }
  await feedFleet(url, plan, tell)
  if (showsProgress) err('\r\x1b[2K')
  const seconds = ((performance.now() - begun) / 1000).toFixed(0)
  out(`${total} snapshots of ${wanted.hosts} hosts in ${seconds} s\n`)
  out(`\nLook at ${url} or ask ${url}/api/v1/incidents; Ctrl-C ends it.\n`)
}
