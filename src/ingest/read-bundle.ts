import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { Problem } from '../model/problem.ts'
import type { Given, Snapshot } from '../model/snapshot.ts'
import { createAssembler } from '../parse/assemble.ts'
import { unpackFolder } from '../unpack/folder.ts'
import { formOfFile } from '../unpack/form.ts'
import { LIMITS, type Limits } from '../unpack/limits.ts'
import { unpackArchive } from '../unpack/unpack.ts'
import { readText } from './read-text.ts'

const READ_BYTES = 256 * 1024

/**
 * Reads a bundle from disk: an archive, an unpacked folder or a text, told apart by what it holds.
 *
 * @throws {Problem} whatever makes it unusable, and nothing else but errors of the disk itself.
 */
export async function readBundle(
  path: string,
  given: Given,
  limits: Limits = LIMITS,
): Promise<Snapshot> {
  if (statSync(path).isDirectory()) return readFolder(path, given, limits)
  const form = formOfFile(path)
  if (form === 'text') return readText(wholeOf(path, limits), given, limits)
  return readBundleStream(piecesOf(path), given, limits)
}

/**
 * Reads an archive as its bytes come.
 *
 * @throws {Problem} whatever makes it unusable; and whatever `bytes` throws.
 */
export async function readBundleStream(
  bytes: AsyncIterable<Uint8Array>,
  given: Given,
  limits: Limits = LIMITS,
): Promise<Snapshot> {
  const assembler = createAssembler(given)
  const { sha256, skipped, isSosreport } = await unpackArchive(bytes, assembler, limits)
  return assembler.finish({ source: isSosreport ? 'sosreport' : 'bundle', sha256, skipped })
}

/**
 * The bytes of a file, piece by piece; each is valid only until the next is asked for. Read without
 * waiting: a file's bytes are there, and a stream would make a buffer for each piece.
 */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafe(READ_BYTES)
  const file = openSync(path, 'r')
  try {
    for (;;) {
      const bytes = readSync(file, piece, 0, READ_BYTES, null)
      if (bytes === 0) return
      yield piece.subarray(0, bytes)
    }
  } finally {
    closeSync(file)
  }
}

function readFolder(path: string, given: Given, limits: Limits): Snapshot {
  const assembler = createAssembler(given)
  const { skipped, isSosreport, faults } = unpackFolder(path, assembler, limits)
  const source = isSosreport ? 'sosreport' : 'folder'
  const snapshot = assembler.finish({ source, sha256: null, skipped })
  return { ...snapshot, faults: [...faults, ...snapshot.faults] }
}

function wholeOf(path: string, limits: Limits): Buffer {
  const sizeBytes = statSync(path).size
  const limitBytes = limits.entryBytes
  if (sizeBytes > limitBytes) throw new Problem('entry-too-large', { sizeBytes, limitBytes })
  return readFileSync(path)
}
