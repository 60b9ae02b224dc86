import { readSettings, SETTINGS } from '../config.ts'
import { LIMITS, type Limits } from '../unpack/limits.ts'

/** Settings that bound what is taken of a bundle, as `hangar serve` has them too. */
export const LIMIT_SETTINGS = [
  'bundleBytesMax',
  'unpackedBytesMax',
  'entriesMax',
  'entryBytesMax',
  'pathBytesMax',
] as const

/**
 * How much of a bundle a command takes, by the environment.
 *
 * @throws {SettingError} for a variable whose text is no value of its setting
 */
export function archiveLimitsOf(environment: NodeJS.ProcessEnv): Limits {
  const own = LIMIT_SETTINGS.map((name) => SETTINGS[name].env)
  const settings = readSettings(
    {},
    Object.fromEntries(own.map((variable) => [variable, environment[variable]])),
  )
  return {
    ...LIMITS,
    compressedBytes: settings.bundleBytesMax,
    unpackedBytes: settings.unpackedBytesMax,
    entries: settings.entriesMax,
    entryBytes: settings.entryBytesMax,
    pathBytes: settings.pathBytesMax,
  }
}
