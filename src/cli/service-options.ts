import { SETTINGS, type SettingName } from '../config.ts'
import type { Option } from './command.ts'

/** Every setting as a flag of a command that runs the service. */
export const SERVICE_OPTIONS: readonly Option[] = Object.values(SETTINGS).map((row) => ({
  name: row.flag,
  value: row.value,
  help: `${row.help} (${[fallbackWords(row), row.env].filter(Boolean).join('; ')})`,
}))

function fallbackWords({ fallback, unit }: (typeof SETTINGS)[SettingName]): string {
  return fallback === null ? '' : `default ${fallback}${unit === null ? '' : ` ${unit}`}`
}

/** Set by the launcher (hangar.js), whose end this process must not outlive: it hears of it by IPC. */
const LAUNCHED = 'HANGAR_LAUNCHED'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Gives when the process is asked to end; a second signal ends it at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  const asked = Promise.withResolvers<NodeJS.Signals>()
  const take = (signal: NodeJS.Signals) => {
    for (const each of SIGNALS) process.off(each, take)
    asked.resolve(signal)
  }
  for (const signal of SIGNALS) process.on(signal, take)
  if (process.env[LAUNCHED] !== undefined) {
    process.once('disconnect', () => take('SIGTERM'))
    // What waits for the launcher's end keeps nothing alive.
    process.channel?.unref()
  }
  return asked.promise
}
