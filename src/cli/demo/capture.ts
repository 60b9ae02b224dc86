import { createReadStream, statSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { type Entry, type EntrySink, pathOf } from '../../model/entry.ts'
import { unpackFolder } from '../../unpack/folder.ts'
import { LIMITS } from '../../unpack/limits.ts'
import { unpackArchive } from '../../unpack/unpack.ts'
import { blocksOf, END_OF_TAR, type TarEntry } from '../upload/pack.ts'
import type { PlannedSnapshot } from './fleet.ts'

/** A capture, unpacked: most of its files are the same in each bundle that is made of it. */
export type Capture = {
  readonly fixed: Buffer
  /** Files that tell the host, its kernel or a time. */
  readonly told: readonly { readonly entry: Entry; readonly file: TarEntry }[]
  readonly hostname: string
  readonly release: string
  readonly uptimeSeconds: number
}

/** @throws {Problem | Error} when the capture cannot be read */
export async function readCapture(path: string): Promise<Capture> {
  const files: { entry: Entry; file: TarEntry }[] = []
  const take =
    (type: TarEntry['type']): EntrySink['file'] =>
    (entry, bytes, start, end) => {
      const text = Buffer.from(bytes.subarray(start, end))
      const link = type === '2' ? text.toString() : ''
      const body = type === '2' ? Buffer.alloc(0) : text
      files.push({ entry: { ...entry }, file: { path: pathOf(entry), type, link, bytes: body } })
    }
  const sink = { file: take('0'), link: take('2') }
  if (statSync(path).isDirectory()) unpackFolder(path, sink, LIMITS)
  else await unpackArchive(createReadStream(path), sink, LIMITS)
  const textOf = (kind: Entry['kind']) =>
    files
      .find(({ entry }) => entry.kind === kind)
      ?.file.bytes.toString()
      .trim() ?? ''
  const hostname = textOf('hostname')
  const release = /^Linux version (\S+)/.exec(textOf('version'))?.[1] ?? ''
  const uptimeSeconds = Number.parseFloat(textOf('uptime')) || 0
  const isTold = ({ entry: { kind }, file: { bytes } }: (typeof files)[number]) =>
    kind in RETELL || (bytes.length > 0 && [hostname, release].some((name) => has(bytes, name)))
  const fixed = files.filter((file) => !isTold(file) && file.entry.kind !== 'manifest')
  return {
    fixed: Buffer.concat(fixed.flatMap(({ file }) => [...blocksOf(file)])),
    told: files.filter((file) => isTold(file) && file.entry.kind !== 'manifest'),
    hostname,
    release,
    uptimeSeconds,
  }
}

function has(bytes: Buffer, name: string): boolean {
  return name !== '' && bytes.includes(name)
}

/** The bundle that a host of the plan sends: the capture with that host's identity and times. */
export function bundleOf(capture: Capture, snapshot: PlannedSnapshot): Buffer {
  const { host, atMs, bootedAtMs, shownSinceMs } = snapshot
  const sinceBoot = shownSinceMs === null ? null : (shownSinceMs - bootedAtMs) / 1000
  const telling: Telling = {
    snapshot,
    uptimeSeconds: (atMs - bootedAtMs) / 1000,
    laterSeconds: sinceBoot === null ? 0 : Math.max(0, sinceBoot - capture.uptimeSeconds),
  }
  const told = capture.told.flatMap(({ entry, file }) => {
    const text = file.bytes.toString('latin1')
    const retold = RETELL[entry.kind]?.(text, telling) ?? text
    const named = replaced(
      replaced(retold, capture.hostname, host.name),
      capture.release,
      host.kernel.release,
    )
    return [...blocksOf({ ...file, bytes: Buffer.from(named, 'latin1') })]
  })
  const manifest = Buffer.from(manifestOf(snapshot))
  const head = blocksOf({ path: 'manifest.json', type: '0', link: '', bytes: manifest })
  return gzipSync(Buffer.concat([...head, ...told, capture.fixed, END_OF_TAR]), { level: 1 })
}

function replaced(text: string, from: string, to: string): string {
  return from === '' ? text : text.replaceAll(from, to)
}

type Telling = {
  readonly snapshot: PlannedSnapshot
  readonly uptimeSeconds: number
  /** How much later than in the capture all that it shows has begun. */
  readonly laterSeconds: number
}

const RETELL: {
  readonly [Kind in Entry['kind']]?: (text: string, telling: Telling) => string
} = {
  version: (_, { snapshot: { host } }) =>
    `Linux version ${host.kernel.release} ${host.kernel.built}\n`,
  hostname: (_, { snapshot: { host } }) => `${host.name}\n`,
  'machine-id': (_, { snapshot: { host } }) => `${host.machineId}\n`,
  'boot-id': (_, { snapshot: { bootId } }) => `${bootId}\n`,
  uptime: (_, { uptimeSeconds }) =>
    `${uptimeSeconds.toFixed(2)} ${(uptimeSeconds * 0.9).toFixed(2)}\n`,
  stat: (text, { laterSeconds }) => withStart(text, laterSeconds),
  'kernel-log': (text, { laterSeconds }) =>
    text.replace(
      /^(\[ *)(\d+\.\d{6})(?=\])/gm,
      (_, _open, seconds) => `[${(Number(seconds) + laterSeconds).toFixed(6).padStart(12)}`,
    ),
}

const TICKS_PER_SECOND = 100

/** Field 22 of `/proc/<pid>/stat` is the start of a task, in ticks since the boot; behind its comm it is the 20th. */
function withStart(text: string, laterSeconds: number): string {
  const comm = text.lastIndexOf(')')
  const fields = text.slice(comm + 2).split(' ')
  const start = Number(fields[19])
  if (comm < 0 || !Number.isFinite(start) || start === 0) return text
  fields[19] = String(start + Math.round(laterSeconds * TICKS_PER_SECOND))
  return `${text.slice(0, comm + 2)}${fields.join(' ')}`
}

function manifestOf({ host, bootId, atMs, shownSinceMs }: PlannedSnapshot): string {
  const { name, machineId, labels } = host
  return JSON.stringify({
    format: 1,
    host: { name, machineId, bootId, labels },
    collectedAt: new Date(atMs).toISOString(),
    collector: { name: 'hangar-demo', version: '1' },
    trigger: shownSinceMs === null ? 'timer' : 'hung-task',
  })
}
