import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

/**
 * Bundles too large for the upload log, a file each, named by their sha256. A file is written
 * under `tmp/` by the id of its snapshot, and moved once the snapshot is in the tables: what lies
 * in `tmp/` when the service starts was either about to be moved, or is nobody's.
 */
export type BlobFiles = { readonly blobs: string; readonly temporary: string }

export function openBlobFiles(dataFolder: string): BlobFiles {
  const folders = blobFilesOf(dataFolder)
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })
  return folders
}

/** Where they are, made or not. */
export function blobFilesOf(dataFolder: string): BlobFiles {
  return { blobs: join(dataFolder, 'blobs'), temporary: join(dataFolder, 'tmp') }
}

export function temporaryPath(files: BlobFiles, id: string): string {
  return join(files.temporary, id)
}

/** Where the blob of these bytes is, or will be. */
export function blobPath(files: BlobFiles, sha256: string): string {
  return join(files.blobs, sha256.slice(0, 2), sha256)
}

export function readBlob(files: BlobFiles, sha256: string): Readable {
  return createReadStream(blobPath(files, sha256))
}

/** Makes a finished temporary file outlive a power cut, in place. */
export async function syncTemporary(files: BlobFiles, id: string): Promise<void> {
  await syncPath(temporaryPath(files, id), 'datasync')
  await syncPath(files.temporary, 'sync')
}

/** Moves a finished temporary file to where its bytes' sha256 finds it. */
export async function keepTemporary(files: BlobFiles, id: string, sha256: string): Promise<void> {
  const path = blobPath(files, sha256)
  await mkdir(dirname(path), { recursive: true })
  await rename(temporaryPath(files, id), path)
}

export async function removeTemporary(files: BlobFiles, id: string): Promise<void> {
  await rm(temporaryPath(files, id), { force: true })
}

export async function removeBlob(files: BlobFiles, sha256: string): Promise<void> {
  await rm(blobPath(files, sha256), { force: true })
}

/** Ids of temporary files that an earlier process left. */
export function listTemporary(files: BlobFiles): readonly string[] {
  return readdirSync(files.temporary)
}

/** Removes a temporary file that is nobody's. */
export function dropTemporary(files: BlobFiles, id: string): void {
  rmSync(temporaryPath(files, id), { force: true, recursive: true })
}

export async function hasBlob(files: BlobFiles, sha256: string): Promise<boolean> {
  return access(blobPath(files, sha256)).then(
    () => true,
    () => false,
  )
}

async function syncPath(path: string, how: 'sync' | 'datasync'): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle[how]()
  } finally {
    await handle.close()
  }
}
