import { readSettings } from '../config.ts'
import { type Arguments, type Command, type Terminal, UsageError } from './command.ts'
import { visible } from './paint.ts'
import { SERVICE_OPTIONS, untilSignal } from './service-options.ts'

export const serve: Command = {
  usage: ['hangar serve [--port PORT] [--data FOLDER] [SETTING...]'],
  about: [
    'Runs the service until it is told to stop: takes bundles, diagnoses them in worker threads, keeps snapshots and incidents, answers the REST API and shows the pages.',
    'A flag wins over its environment variable, the variable over the default. SIGTERM and SIGINT drain: no new request is taken, those under way end, what waits for diagnosis stays on the disk and is done after the next start. A second signal ends it at once.',
  ],
  options: SERVICE_OPTIONS,
  exits: [
    [0, 'stopped by a signal, drained'],
    [
      2,
      'a setting cannot be used: port taken, folder not writable or in use, address open to others',
    ],
  ],
  environment: [
    ['HANGAR_*', 'each setting above names its variable; an empty one counts as absent'],
  ],
  examples: [
    ['hangar serve', 'on http://127.0.0.1:7070, keeping everything in ./data'],
    ['HANGAR_DATA=/var/lib/hangar hangar serve --port 8080', 'for a unit file'],
    ['curl -sf http://127.0.0.1:7070/readyz', 'is it ready?'],
  ],
  run: runServe,
}

async function runServe({ paths, values }: Arguments, terminal: Terminal): Promise<number> {
  if (paths.length > 0) throw new UsageError(`serve takes no PATH (${paths.join(' ')})`)
  const settings = readSettings(values, process.env)
  const { firstTokenCommand, startService } = await import('../main.ts')
  const service = await startService(settings)
  // Before the address is told: who reads it may ask for the end at once.
  const stopped = untilSignal()
  terminal.out(`Hangar listens on ${service.url}, data in ${settings.dataFolder}\n`)
  if (service.isOpen) {
    const first = visible(firstTokenCommand(settings.dataFolder))
    terminal.out('No access token exists: everyone on this machine may use it, and nobody else.\n')
    terminal.out(`The first one, which closes it to all others:  ${first}\n`)
  }
  const signal = await stopped
  terminal.err(`${signal}: draining\n`)
  await service.close()
  return 0
}
