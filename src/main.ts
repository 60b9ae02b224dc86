import { accessSync, constants, statSync } from 'node:fs'
import type { Server } from 'node:http'
import { resolve } from 'node:path'
import { SETTINGS, SettingError, type Settings } from './config.ts'
import type { IngestLimits } from './ingest/limits.ts'
import { loadCatalogue } from './ingest/load-catalogue.ts'
import { startIngest } from './ingest/service.ts'
import type { Keep } from './ingest/sweeper.ts'
import { Notifier } from './notify/notifier.ts'
import { createApp } from './serve/app.ts'
import { isLoopback } from './serve/auth.ts'
import { createLog } from './serve/log.ts'
import { proxyOf } from './serve/proxy.ts'
import { createServer } from './serve/server.ts'
import type { Services } from './serve/services.ts'
import { lockFolder } from './store/folder-lock.ts'
import { makeFolder } from './store/make-folder.ts'
import { closeStore, openStore, type Store } from './store/open.ts'
import { hasTokens } from './store/tokens.ts'
import { LIMITS } from './unpack/limits.ts'

/** A service that takes requests. */
export type Service = {
  /** Where it listens, e.g. `http://127.0.0.1:7070`. */
  readonly url: string
  /** True where no access token existed when it started. */
  readonly isOpen: boolean
  /** Takes no more, ends what is under way (at most `drainMs`), closes the store. */
  readonly close: () => Promise<void>
}

/**
 * Opens the store, loads the catalogue, starts ingest, listens; nothing else wires parts.
 *
 * @throws {SettingError} when a setting cannot be lived with: an address or port that is not ours, a
 *   folder that is not writable or that another Hangar serves, signatures that cannot be read
 */
export async function startService(settings: Settings): Promise<Service> {
  requireProxy(settings)
  const dataFolder = resolve(settings.dataFolder)
  requireFolder(dataFolder)
  const undo: (() => unknown)[] = []
  try {
    requireCatalogue(settings.signaturesFolder)
    const store = openStore(dataFolder)
    undo.unshift(() => closeStore(store))
    const isOpen = await refuseOpenAddress(settings, store)
    const { signaturesFolder: catalogueFolder, workers } = settings
    const kept = { limits: ingestLimitsOf(settings), keep: keepOf(settings) }
    const ingest = await startIngest({ store, dataFolder, catalogueFolder, workers, ...kept })
    undo.unshift(() => ingest.close())
    const log = createLog(settings.logLevel)
    let url = settings.publicUrl
    const notifier = new Notifier({
      store,
      rules: { isPrivateAllowed: settings.webhookPrivate === 'allow' },
      origin: () => url ?? '',
      ageMaxMs: settings.webhookAgeHours * 3_600_000,
      whenFailed: (error) => log.error({ err: error }, 'telling receivers failed'),
    })
    undo.unshift(() => notifier.close())
    const services: Services = {
      store,
      ingest,
      config: settings,
      notifier,
      get catalogue() {
        return ingest.catalogue.current
      },
    }
    const server = createServer(createApp(services, log))
    await listen(server, settings)
    url ??= urlOf(server)
    notifier.start()
    undo.unshift(() => closeServer(server, settings.drainMs))
    return { url: urlOf(server), isOpen, close: () => undoAll(undo) }
  } catch (error) {
    await undoAll(undo)
    throw error
  }
}

function keepOf(settings: Settings): Keep {
  const { keepArchiveDays, keepArchiveBytes, keepIncidentDays } = settings
  return {
    archiveDays: keepArchiveDays,
    archiveBytes: keepArchiveBytes,
    incidentDays: keepIncidentDays,
  }
}

function ingestLimitsOf(settings: Settings): IngestLimits {
  const { bundleBytesMax, queueMax, analysisMs, workerMemoryMb, drainMs } = settings
  const archive = {
    ...LIMITS,
    unpackedBytes: settings.unpackedBytesMax,
    entries: settings.entriesMax,
    entryBytes: settings.entryBytesMax,
    pathBytes: settings.pathBytesMax,
  }
  return { bundleBytesMax, archive, queueMax, analysisMs, workerMemoryMb, drainMs }
}

async function undoAll(undo: readonly (() => unknown)[]): Promise<void> {
  for (const step of undo) await step()
}

/** The command that makes the first access token of a data folder. */
export function firstTokenCommand(dataFolder: string): string {
  const isPlain = /^[\w./@:+-]+$/.test(dataFolder)
  const folder = isPlain ? dataFolder : `'${dataFolder.replaceAll("'", "'\\''")}'`
  return `npx hangar token create admin --role admin --data ${folder}`
}

/**
 * Without access tokens, whoever reaches the port may do everything: that must be this machine only.
 * Answers whether it is so.
 */
async function refuseOpenAddress(
  { host, port, dataFolder }: Settings,
  store: Store,
): Promise<boolean> {
  if (await hasTokens(store.read)) return false
  if (isLoopback(host)) return true
  const shown = port === 0 ? SETTINGS.port.fallback : port
  throw new SettingError(
    `cannot listen on ${host}: no access token exists, so everyone who reaches it could read and change everything.\n` +
      `Make the first one:  ${firstTokenCommand(dataFolder)}\n` +
      `Or listen on 127.0.0.1 (the default), and reach it by ssh -L ${shown}:127.0.0.1:${shown}.`,
  )
}

function requireProxy(settings: Settings): void {
  try {
    proxyOf(settings)
  } catch (error) {
    throw new SettingError(messageOf(error))
  }
}

/**
 * The folder is ours to write, and no other service works on it. Ingest takes the lock for good; to
 * ask before the store is opened keeps a second service from migrating what the first one reads.
 */
function requireFolder(dataFolder: string): void {
  try {
    makeFolder(dataFolder)
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new SettingError(
      `the data folder ${dataFolder} cannot be written: ${messageOf(error)}; --data names another`,
    )
  }
  try {
    lockFolder(dataFolder).release()
  } catch {
    throw new SettingError(
      `another Hangar serves the data folder ${dataFolder}; stop it, or choose another folder by --data`,
    )
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function requireCatalogue(folder: string | null): void {
  if (folder !== null && !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SettingError(`--signatures-dir is ${folder}, where there is no folder`)
  }
  try {
    loadCatalogue(folder)
  } catch (error) {
    throw new SettingError(
      `the signatures cannot be used (hangar signatures check tells all): ${messageOf(error)}`,
    )
  }
}

async function listen(server: Server, { host, port }: Settings): Promise<void> {
  const listening = Promise.withResolvers<void>()
  server.once('listening', listening.resolve)
  server.once('error', listening.reject)
  server.listen(port, host)
  try {
    await listening.promise
  } catch (error) {
    throw new SettingError(`cannot listen on ${host}:${port}: ${listenFailure(error)}`)
  }
}

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else does; choose another port by --port, or 0 for a free one',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'ports below 1024 are not for ordinary users',
  ENOTFOUND: 'there is no such host name',
}

function listenFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return LISTEN_FAILURES[code] ?? messageOf(error)
}

function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('listens on no port')
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}

/** Lets open requests end; what is still open after `drainMs` is cut. */
async function closeServer(server: Server, drainMs: number): Promise<void> {
  const closed = Promise.withResolvers<void>()
  server.close(() => closed.resolve())
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed.promise
  clearTimeout(cut)
}
