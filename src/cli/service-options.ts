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

/** Gives when the process is asked to end; a second signal ends it at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  const asked = Promise.withResolvers<NodeJS.Signals>()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => asked.resolve(signal))
  }
  return asked.promise
}
