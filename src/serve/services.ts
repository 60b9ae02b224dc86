import type { Ingest } from '../ingest/service.ts'
import type { Catalogue } from '../model/signature.ts'
import type { Notifier } from '../notify/notifier.ts'
import type { Store } from '../store/open.ts'
import type { ProxySettings } from './proxy.ts'

/** What of the service's settings decides how it answers. */
export type ServeSettings = ProxySettings & {
  /** Address the service is bound to. */
  readonly host: string
  /** Address people reach it by, e.g. `https://hangar.example.org`; null: as each request says. */
  readonly publicUrl: string | null
  /** Bytes an upload may have, as it is sent. */
  readonly bundleBytesMax: number
  /** Uploads that may be under way at one time. */
  readonly uploadsAtOnce?: number
  /** Milliseconds after which an upload that only trickles is ended. */
  readonly uploadSlowAfterMs?: number
  /** Least role that may read /metrics, or `nobody` where anyone may. */
  readonly metricsNeeds?: string
  /** Days that the audit trail goes back. */
  readonly auditDays?: number
}

/** All that an answer is made of. */
export type Services = {
  readonly store: Store
  readonly ingest: Ingest
  /** What is looked for, as of now: ask for it where it is used. */
  readonly catalogue: Catalogue
  readonly config: ServeSettings
  /** Tells others of incidents. */
  readonly notifier: Notifier
}
