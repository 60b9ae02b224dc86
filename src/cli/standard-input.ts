import { readBundleStream } from '../ingest/read-bundle.ts'
import { readText } from '../ingest/read-text.ts'
import { Problem } from '../model/problem.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { formOf } from '../unpack/inflate.ts'
import type { Limits } from '../unpack/limits.ts'

/** A tar's magic stands at 257; what is shorter is no archive of anything. */
const FIRST_BYTES = 512

/** What standard input is called, wherever it is named. */
export const STANDARD_INPUT = 'standard input'

const GIVEN = { name: STANDARD_INPUT }

/**
 * The snapshot of what is piped in: an archive, read as it comes, or a text, told apart by content.
 *
 * @throws {Problem} whatever makes it unusable
 */
export async function readStandardInput(
  input: AsyncIterable<Uint8Array>,
  limits: Limits,
): Promise<Snapshot> {
  const chunks: Uint8Array[] = []
  const iterator = input[Symbol.asyncIterator]()
  let sizeBytes = 0
  while (sizeBytes < FIRST_BYTES) {
    const { done, value } = await iterator.next()
    if (done) break
    chunks.push(value)
    sizeBytes += value.length
  }
  const rest = { [Symbol.asyncIterator]: () => iterator }
  const whole = join(chunks, rest)
  if (formOf(Buffer.concat(chunks)) !== null) return readBundleStream(whole, GIVEN, limits)
  return readText(await wholeOf(whole, limits.entryBytes), GIVEN, limits)
}

async function* join(first: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>) {
  yield* first
  yield* rest
}

async function wholeOf(bytes: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of bytes) {
    sizeBytes += chunk.length
    if (sizeBytes > limitBytes) {
      throw new Problem('entry-too-large', { limitBytes })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
