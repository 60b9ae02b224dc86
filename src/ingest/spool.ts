import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { Problem } from '../model/problem.ts'
import { type BlobFiles, removeTemporary, temporaryPath } from '../store/blobs-files.ts'
import { toProblem } from '../store/open.ts'

/** Bytes of an upload, all there: in memory when few, else in a temporary file. */
export type Spooled = {
  readonly id: string
  readonly sha256: string
  readonly sizeBytes: number
  /** Null: they are in the temporary file of this id. */
  readonly parts: readonly Uint8Array[] | null
}

/** Up to here an upload waits in memory for its group; sixteen of them are a few megabytes. */
const MEMORY_BYTES = 256 * 1024

/**
 * Takes in bytes of unknown number, hashing them as they come.
 * @throws {Problem} bundle-too-large, body-empty, store-full; nothing is left behind then
 */
export async function spool(
  files: BlobFiles,
  id: string,
  bytes: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Spooled> {
  const sink = new Sink(temporaryPath(files, id))
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    for await (const part of bytes) {
      sizeBytes += part.length
      if (sizeBytes > bytesMax) throw new Problem('bundle-too-large', { limitBytes: bytesMax })
      hash.update(part)
      await sink.add(part)
    }
    if (sizeBytes === 0) throw new Problem('body-empty')
    return { id, sha256: hash.digest('hex'), sizeBytes, parts: await sink.end() }
  } catch (error) {
    await sink.end()
    await removeTemporary(files, id)
    throw toProblem(error)
  }
}

/** Keeps bytes in memory until they are too many for it. */
class Sink {
  readonly #path: string
  #parts: Uint8Array[] = []
  #bytes = 0
  #handle: FileHandle | null = null

  constructor(path: string) {
    this.#path = path
  }

  async add(part: Uint8Array): Promise<void> {
    this.#bytes += part.length
    this.#parts.push(part)
    if (this.#handle === null && this.#bytes <= MEMORY_BYTES) return
    this.#handle ??= await open(this.#path, 'w')
    const parts = this.#parts
    this.#parts = []
    for (const waiting of parts) await writeAll(this.#handle, waiting)
  }

  /** The bytes, or null where they are in the file. */
  async end(): Promise<readonly Uint8Array[] | null> {
    await this.#handle?.close()
    return this.#handle === null ? this.#parts : null
  }
}

/** A write may take a part only; on a full disk the next one fails. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written)
    written += bytesWritten
  }
}
