import { LIMITS, type Limits } from '../unpack/limits.ts'

/** How much work the service takes. Each is a setting with its reason. */
export type IngestLimits = {
  /** Bytes an upload may have, as it is sent. */
  readonly bundleBytesMax: number
  /** How much of an archive is taken, once it is unpacked. */
  readonly archive: Limits
  /** Bundles that may wait for diagnosis before uploads are refused. */
  readonly queueMax: number
  /** How long one bundle may be worked on. */
  readonly analysisMs: number
  /** JavaScript heap of one worker thread. */
  readonly workerMemoryMb: number
  /** How long `close` waits for what is being worked on; the rest is left for the next start. */
  readonly drainMs: number
}

export const INGEST_LIMITS: IngestLimits = {
  bundleBytesMax: LIMITS.compressedBytes,
  archive: LIMITS,
  queueMax: 10_000,
  // 20,000 threads take a second or two; a hundred times that is no bundle of a host.
  analysisMs: 180_000,
  // Twenty times what a bundle of 20,000 threads needs.
  workerMemoryMb: 2048,
  drainMs: 30_000,
}
