import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IngestLimits } from '../../src/ingest/limits.ts'
import { type Ingest, startIngest } from '../../src/ingest/service.ts'
import { Notifier } from '../../src/notify/notifier.ts'
import { createApp } from '../../src/serve/app.ts'
import type { Log } from '../../src/serve/log.ts'
import { createServer } from '../../src/serve/server.ts'
import type { ServeSettings, Services } from '../../src/serve/services.ts'
import { openStore, type Store } from '../../src/store/open.ts'

export type Sent = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The answer as JSON; null where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, and checked by schemas elsewhere
  readonly json: any
}

type LogLine = { readonly level: 'debug' | 'info'; readonly [fact: string]: unknown }

/** A whole service on a free port and an empty data folder. */
export type Service = {
  readonly url: string
  readonly port: number
  readonly store: Store
  readonly ingest: Ingest
  readonly dataFolder: string
  /** Lines that were logged as errors. */
  readonly errors: readonly unknown[]
  /** What else was logged. */
  readonly lines: readonly LogLine[]
  readonly ask: (path: string, init?: RequestInit) => Promise<Sent>
  readonly post: (path: string, body: Uint8Array | string, type?: string) => Promise<Sent>
  readonly close: () => Promise<void>
}

export async function startService(
  settings: Partial<ServeSettings> = {},
  ingestLimits: Partial<IngestLimits> = {},
): Promise<Service> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'hangar-serve-'))
  const store = openStore(dataFolder)
  const limits = { bundleBytesMax: settings.bundleBytesMax ?? BUNDLE_BYTES_MAX, ...ingestLimits }
  const ingest = await startIngest({ store, dataFolder, catalogueFolder: null, workers: 1, limits })
  const errors: unknown[] = []
  const lines: LogLine[] = []
  const config = {
    host: '127.0.0.1',
    publicUrl: null,
    bundleBytesMax: BUNDLE_BYTES_MAX,
    ...settings,
  }
  const notifier = notifierOf(store, errors, () => settings.publicUrl ?? url)
  const services = servicesOf({ store, ingest, config, notifier })
  const server = createServer(createApp(services, logOf(errors, lines)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as AddressInfo).port
  const url = `http://127.0.0.1:${port}`
  notifier.start()
  const ask = (path: string, init?: RequestInit) => sent(fetch(url + path, init))
  return {
    url,
    port,
    store,
    ingest,
    dataFolder,
    errors,
    lines,
    ask,
    post: (path, body, type = 'application/gzip') =>
      ask(path, { method: 'POST', body: Buffer.from(body), headers: { 'content-type': type } }),
    async close() {
      server.closeAllConnections()
      server.close()
      await notifier.close()
      await ingest.close()
      await store.close()
      rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}

function servicesOf(parts: Omit<Services, 'catalogue'>): Services {
  return {
    ...parts,
    get catalogue() {
      return parts.ingest.catalogue.current
    },
  }
}

function logOf(errors: unknown[], lines: LogLine[]): Log {
  return {
    debug: (line: object) => lines.push({ level: 'debug', ...line }),
    info: (line: object) => lines.push({ level: 'info', ...line }),
    error: (...line: unknown[]) => errors.push(line),
  }
}

/** Tells receivers at once, and waits for none of them long. */
function notifierOf(store: Store, errors: unknown[], origin: () => string): Notifier {
  return new Notifier({
    store,
    rules: { isPrivateAllowed: true },
    origin,
    ageMaxMs: 365 * 24 * 3_600_000,
    timeoutMs: 2000,
    everyMs: 20,
    whenFailed: (error) => errors.push(error),
  })
}

const BUNDLE_BYTES_MAX = 8 * 1024 * 1024

async function sent(answered: Promise<Response>): Promise<Sent> {
  const response = await answered
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  const json: unknown = isJson && text !== '' ? JSON.parse(text) : null
  return { status: response.status, headers: response.headers, text, json }
}
