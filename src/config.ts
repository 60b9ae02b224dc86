import { ROLES } from './model/access.ts'
import { LIMITS } from './unpack/limits.ts'

/** How a setting's text is read; the table below names one for each row. */
type Kind = 'text' | 'optional-text' | 'whole' | 'optional-whole'

type Row = {
  readonly kind: Kind
  readonly fallback: string | number | null
  /** What a number counts; null for text. */
  readonly unit: string | null
  readonly env: string
  readonly flag: string
  /** What stands for the value in `--help`. */
  readonly value: string
  readonly help: string
  /** Bounds of a number, both included. */
  readonly range?: readonly [least: number, most: number]
  /** Texts that it takes; any where absent. */
  readonly among?: readonly string[]
}

/**
 * Every setting of the service: each is a flag, an environment variable and a line of
 * `hangar serve --help`. A flag wins over the environment, the environment over the default.
 */
export const SETTINGS = {
  host: {
    kind: 'text',
    fallback: '127.0.0.1',
    unit: null,
    env: 'HANGAR_HOST',
    flag: 'host',
    value: 'ADDRESS',
    help: 'address to listen on; any but loopback needs access tokens',
  },
  port: {
    kind: 'whole',
    fallback: 7070,
    unit: null,
    env: 'HANGAR_PORT',
    flag: 'port',
    value: 'PORT',
    help: 'TCP port to listen on; 0 takes a free one',
    range: [0, 65_535],
  },
  dataFolder: {
    kind: 'text',
    fallback: './data',
    unit: null,
    env: 'HANGAR_DATA',
    flag: 'data',
    value: 'FOLDER',
    help: 'where snapshots, incidents and archives are kept; made when absent',
  },
  publicUrl: {
    kind: 'optional-text',
    fallback: null,
    unit: null,
    env: 'HANGAR_PUBLIC_URL',
    flag: 'public-url',
    value: 'URL',
    help: 'address that links carry, where a proxy stands in front; else the one asked for',
  },
  proxyUserHeader: {
    kind: 'optional-text',
    fallback: null,
    unit: null,
    env: 'HANGAR_PROXY_USER_HEADER',
    flag: 'proxy-user-header',
    value: 'HEADER',
    help: 'header in which a trusted proxy says who asks, e.g. X-Forwarded-User; then nobody else gets in without a token',
  },
  proxyRole: {
    kind: 'text',
    fallback: 'viewer',
    unit: null,
    env: 'HANGAR_PROXY_ROLE',
    flag: 'proxy-role',
    value: 'ROLE',
    help: 'what whoever the proxy names may do: collector, viewer, editor, admin',
    among: ROLES,
  },
  proxyRoles: {
    kind: 'optional-text',
    fallback: null,
    unit: null,
    env: 'HANGAR_PROXY_ROLES',
    flag: 'proxy-roles',
    value: 'USER=ROLE,...',
    help: 'who has another role than that, e.g. ann=admin,bob=editor',
  },
  trustedProxies: {
    kind: 'optional-text',
    fallback: null,
    unit: null,
    env: 'HANGAR_TRUSTED_PROXIES',
    flag: 'trusted-proxies',
    value: 'ADDRESS,...',
    help: 'addresses or networks whose X-Forwarded-For and user header are believed, e.g. 127.0.0.1,10.0.0.0/8',
  },
  metricsNeeds: {
    kind: 'text',
    fallback: 'viewer',
    unit: null,
    env: 'HANGAR_METRICS_NEEDS',
    flag: 'metrics-needs',
    value: 'ROLE',
    help: 'who may read /metrics once there are tokens: viewer, or nobody for no token at all',
    among: ['viewer', 'nobody'],
  },
  auditDays: {
    kind: 'whole',
    fallback: 400,
    unit: 'days',
    env: 'HANGAR_AUDIT_DAYS',
    flag: 'audit-days',
    value: 'DAYS',
    help: 'how far the audit trail goes back',
    range: [1, 36_500],
  },
  signaturesFolder: {
    kind: 'optional-text',
    fallback: null,
    unit: null,
    env: 'HANGAR_SIGNATURES_DIR',
    flag: 'signatures-dir',
    value: 'FOLDER',
    help: 'a folder of signatures (*.yaml) in addition to those that come with Hangar',
  },
  workers: {
    kind: 'optional-whole',
    fallback: null,
    unit: 'threads',
    env: 'HANGAR_WORKERS',
    flag: 'workers',
    value: 'COUNT',
    help: 'threads that diagnose bundles; else one less than the CPUs, at least one',
    range: [1, 256],
  },
  keepArchiveDays: {
    kind: 'optional-whole',
    fallback: null,
    unit: 'days',
    env: 'HANGAR_KEEP_DAYS',
    flag: 'keep-days',
    value: 'DAYS',
    help: 'how long archives are kept; else for good. None goes while an incident seen in it is not over',
    range: [1, 36_500],
  },
  keepArchiveBytes: {
    kind: 'optional-whole',
    fallback: null,
    unit: 'bytes',
    env: 'HANGAR_KEEP_BYTES',
    flag: 'keep-bytes',
    value: 'BYTES',
    help: 'how many bytes of archives are kept, the newest ones; else all',
    range: [1, Number.MAX_SAFE_INTEGER],
  },
  keepIncidentDays: {
    kind: 'optional-whole',
    fallback: null,
    unit: 'days',
    env: 'HANGAR_KEEP_INCIDENT_DAYS',
    flag: 'keep-incident-days',
    value: 'DAYS',
    help: 'how long incidents are kept that are over and have no ticket; else for good',
    range: [1, 36_500],
  },
  queueMax: {
    kind: 'whole',
    fallback: 10_000,
    unit: 'bundles',
    env: 'HANGAR_QUEUE_MAX',
    flag: 'queue-max',
    value: 'COUNT',
    help: 'bundles that may wait for diagnosis before uploads are answered 503',
    range: [1, 10_000_000],
  },
  bundleBytesMax: {
    kind: 'whole',
    fallback: LIMITS.compressedBytes,
    unit: 'bytes',
    env: 'HANGAR_BUNDLE_BYTES_MAX',
    flag: 'bundle-bytes-max',
    value: 'BYTES',
    help: 'largest upload taken; a bundle of 20,000 threads has 9 MiB',
    range: [1024, Number.MAX_SAFE_INTEGER],
  },
  unpackedBytesMax: {
    kind: 'whole',
    fallback: LIMITS.unpackedBytes,
    unit: 'bytes',
    env: 'HANGAR_UNPACKED_BYTES_MAX',
    flag: 'unpacked-bytes-max',
    value: 'BYTES',
    help: 'bytes that a bundle may unpack to; one of 200,000 threads has 1.5 GB',
    range: [1024, Number.MAX_SAFE_INTEGER],
  },
  entriesMax: {
    kind: 'whole',
    fallback: LIMITS.entries,
    unit: 'entries',
    env: 'HANGAR_ENTRIES_MAX',
    flag: 'entries-max',
    value: 'COUNT',
    help: 'entries that an archive may have; a task has some six files',
    range: [1, Number.MAX_SAFE_INTEGER],
  },
  entryBytesMax: {
    kind: 'whole',
    fallback: LIMITS.entryBytes,
    unit: 'bytes',
    env: 'HANGAR_ENTRY_BYTES_MAX',
    flag: 'entry-bytes-max',
    value: 'BYTES',
    help: 'bytes of one file of an archive; a sysrq dump of 20,000 tasks has 22 MB',
    range: [1024, 1_073_741_824],
  },
  pathBytesMax: {
    kind: 'whole',
    fallback: LIMITS.pathBytes,
    unit: 'bytes',
    env: 'HANGAR_PATH_BYTES_MAX',
    flag: 'path-bytes-max',
    value: 'BYTES',
    help: 'bytes of one path in an archive',
    range: [64, 65_536],
  },
  analysisMs: {
    kind: 'whole',
    fallback: 180_000,
    unit: 'milliseconds',
    env: 'HANGAR_ANALYSIS_MS',
    flag: 'analysis-ms',
    value: 'MS',
    help: 'how long one bundle may be worked on; one of 20,000 threads takes a second or two',
    range: [1000, 86_400_000],
  },
  workerMemoryMb: {
    kind: 'whole',
    fallback: 2048,
    unit: 'MiB',
    env: 'HANGAR_WORKER_MEMORY_MB',
    flag: 'worker-memory-mb',
    value: 'MIB',
    help: 'heap that one of the threads may grow to',
    range: [64, 1_048_576],
  },
  webhookPrivate: {
    kind: 'text',
    fallback: 'allow',
    unit: null,
    env: 'HANGAR_WEBHOOK_PRIVATE',
    flag: 'webhook-private',
    value: 'allow|refuse',
    help: 'whether webhooks may go to this machine and private networks; link-local is always refused',
    among: ['allow', 'refuse'],
  },
  webhookAgeHours: {
    kind: 'whole',
    fallback: 24,
    unit: 'hours',
    env: 'HANGAR_WEBHOOK_AGE_HOURS',
    flag: 'webhook-age-hours',
    value: 'HOURS',
    help: 'an incident last seen longer ago, as old bundles tell of, is told to no webhook',
    range: [1, 87_600],
  },
  logLevel: {
    kind: 'text',
    fallback: 'info',
    unit: null,
    env: 'HANGAR_LOG_LEVEL',
    flag: 'log-level',
    value: 'LEVEL',
    help: 'least that is logged, as JSON lines on standard error: debug, info, warn, error, silent',
    among: ['debug', 'info', 'warn', 'error', 'silent'],
  },
  drainMs: {
    kind: 'whole',
    fallback: 30_000,
    unit: 'milliseconds',
    env: 'HANGAR_DRAIN_MS',
    flag: 'drain-ms',
    value: 'MS',
    help: 'how long SIGTERM waits for open requests and running diagnoses',
    range: [0, 3_600_000],
  },
} as const satisfies Record<string, Row>

export type SettingName = keyof typeof SETTINGS

type ValueOf<Read extends Kind> = Read extends 'text'
  ? string
  : Read extends 'optional-text'
    ? string | null
    : Read extends 'whole'
      ? number
      : number | null

/** Values of all settings, checked. */
export type Settings = {
  readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]['kind']>
}

/** A setting whose text is none that it takes; the message names the flag or variable. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}

/**
 * Settings out of flags (by flag name) and environment; what neither names has its default.
 *
 * @throws {SettingError} for a text that is no value of its setting
 */
export function readSettings(
  flags: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const text = <Otherwise>(name: SettingName, otherwise: Otherwise) =>
    readText(name, flags, environment) ?? otherwise
  const whole = <Otherwise>(name: SettingName, otherwise: Otherwise) =>
    readWhole(name, flags, environment) ?? otherwise
  return {
    host: text('host', SETTINGS.host.fallback),
    port: whole('port', SETTINGS.port.fallback),
    dataFolder: text('dataFolder', SETTINGS.dataFolder.fallback),
    publicUrl: readAddress('publicUrl', flags, environment),
    proxyUserHeader: text('proxyUserHeader', SETTINGS.proxyUserHeader.fallback),
    proxyRole: text('proxyRole', SETTINGS.proxyRole.fallback),
    proxyRoles: text('proxyRoles', SETTINGS.proxyRoles.fallback),
    trustedProxies: text('trustedProxies', SETTINGS.trustedProxies.fallback),
    metricsNeeds: text('metricsNeeds', SETTINGS.metricsNeeds.fallback),
    auditDays: whole('auditDays', SETTINGS.auditDays.fallback),
    signaturesFolder: text('signaturesFolder', SETTINGS.signaturesFolder.fallback),
    workers: whole('workers', SETTINGS.workers.fallback),
    keepArchiveDays: whole('keepArchiveDays', SETTINGS.keepArchiveDays.fallback),
    keepArchiveBytes: whole('keepArchiveBytes', SETTINGS.keepArchiveBytes.fallback),
    keepIncidentDays: whole('keepIncidentDays', SETTINGS.keepIncidentDays.fallback),
    queueMax: whole('queueMax', SETTINGS.queueMax.fallback),
    bundleBytesMax: whole('bundleBytesMax', SETTINGS.bundleBytesMax.fallback),
    unpackedBytesMax: whole('unpackedBytesMax', SETTINGS.unpackedBytesMax.fallback),
    entriesMax: whole('entriesMax', SETTINGS.entriesMax.fallback),
    entryBytesMax: whole('entryBytesMax', SETTINGS.entryBytesMax.fallback),
    pathBytesMax: whole('pathBytesMax', SETTINGS.pathBytesMax.fallback),
    analysisMs: whole('analysisMs', SETTINGS.analysisMs.fallback),
    workerMemoryMb: whole('workerMemoryMb', SETTINGS.workerMemoryMb.fallback),
    webhookPrivate: text('webhookPrivate', SETTINGS.webhookPrivate.fallback),
    webhookAgeHours: whole('webhookAgeHours', SETTINGS.webhookAgeHours.fallback),
    logLevel: text('logLevel', SETTINGS.logLevel.fallback),
    drainMs: whole('drainMs', SETTINGS.drainMs.fallback),
  }
}

/** An empty variable counts as absent: that is how shells and unit files unset one. */
function readText(
  name: SettingName,
  flags: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const { flag, env, among }: Row = SETTINGS[name]
  const text = flags[flag] || environment[env] || null
  if (text === null || among === undefined || among.includes(text)) return text
  throw new SettingError(
    `${flags[flag] ? `--${flag}` : env} is one of ${among.join(', ')}, not "${text}"`,
  )
}

/** Without the slashes at its end. */
function readAddress(
  name: SettingName,
  flags: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const text = readText(name, flags, environment)
  if (text === null) return null
  const url = URL.parse(text)
  const isAddress = url !== null && /^https?:$/.test(url.protocol) && !url.search && !url.hash
  if (isAddress) return text.replace(/\/+$/, '')
  const { flag, env }: Row = SETTINGS[name]
  const from = flags[flag] ? `--${flag}` : env
  throw new SettingError(`${from} takes an address as https://hangar.example.org, not "${text}"`)
}

function readWhole(
  name: SettingName,
  flags: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): number | null {
  const text = readText(name, flags, environment)
  if (text === null) return null
  const row: Row = SETTINGS[name]
  const [least, most] = row.range ?? [0, Number.MAX_SAFE_INTEGER]
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  const from = flags[row.flag] ? `--${row.flag}` : row.env
  throw new SettingError(`${from} takes a whole number from ${least} to ${most}, not "${text}"`)
}
