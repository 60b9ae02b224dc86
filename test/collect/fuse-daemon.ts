import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

// A FUSE daemon without a library, run as a program of its own: the least that makes a mount with
// one file, `file`, on which real tasks can hang.
//
//     node fuse-daemon.ts MOUNTPOINT [--never OPCODE]... [--open-own]
//
// `--never` leaves requests of that kind without an answer. `--open-own` opens the file itself, on a
// descriptor below that of /dev/fuse: when the daemon is killed, the flush of the file comes before
// the close that would end the connection. It prints `ready CONNECTION` once it is mounted, and serves on.
//
// Source: include/uapi/linux/fuse.h, protocol 7.31.

const OPCODES: Readonly<Record<string, number>> = { OPEN: 14, READ: 15, FLUSH: 25 }
const ROOT = 1n
const FILE = 2n
const DIRECTORY_MODE = 0o040755
const FILE_MODE = 0o100644
const FILE_BYTES = 4096
const ENOENT = -2
const ENOSYS = -38
/** A request is a header, a write's own header and what is written; the kernel demands 8 KiB. */
const REQUEST_BYTES = 256 * 1024
const HEADER_BYTES = 16

type Request = { readonly nodeId: bigint; readonly body: Buffer }

/** What each request is answered with; null: it has no answer. A number is an error. */
const ANSWERS: Readonly<Record<number, (request: Request) => Buffer | number | null>> = {
  1: ({ body }) => (nameIn(body) === 'file' ? entryOut() : ENOENT), // LOOKUP
  2: () => null, // FORGET
  3: ({ nodeId }) => attrOut(nodeId), // GETATTR
  4: ({ nodeId }) => attrOut(nodeId), // SETATTR
  14: () => Buffer.alloc(16), // OPEN
  15: () => Buffer.alloc(FILE_BYTES, 'x'), // READ
  16: ({ body }) => writeOut(body.readUInt32LE(16)), // WRITE
  17: () => Buffer.alloc(80), // STATFS
  18: () => Buffer.alloc(0), // RELEASE
  25: () => Buffer.alloc(0), // FLUSH
  26: initOut, // INIT
  27: () => Buffer.alloc(16), // OPENDIR
  28: () => Buffer.alloc(0), // READDIR
  29: () => Buffer.alloc(0), // RELEASEDIR
  36: () => null, // INTERRUPT
  42: () => null, // BATCH_FORGET
}

if (isMainThread) await mount(process.argv.slice(2))
else serve(workerData)

async function mount([mountPoint = '', ...flags]: readonly string[]): Promise<void> {
  const placeholder = openSync('/dev/null', 'r')
  const device = openSync('/dev/fuse', 'r+')
  const never = flags.flatMap((flag) => OPCODES[flag] ?? [])
  new Worker(new URL(import.meta.url), { workerData: { device, never } })
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other'
  // -i: the helper of libfuse knows nothing of a descriptor that is there already.
  const child = spawn(
    '/bin/mount',
    ['-i', '-t', 'fuse.hangfs', '-o', options, 'hangfs', mountPoint],
    {
      stdio: ['ignore', 'inherit', 'inherit', device],
    },
  )
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exit(1)
  closeSync(placeholder)
  if (flags.includes('--open-own') && openSync(`${mountPoint}/file`, 'r+') !== placeholder) {
    throw new Error('the descriptor of the file is above that of /dev/fuse')
  }
  // The minor number of the mount's device is the name of its connection.
  const { dev } = await stat(mountPoint)
  process.stdout.write(`ready ${dev & 0xff}\n`)
}

function serve({ device, never }: { device: number; never: readonly number[] }): void {
  const bytes = Buffer.alloc(REQUEST_BYTES)
  for (;;) {
    const length = nextRequest(device, bytes)
    if (length === null) return
    const opcode = bytes.readUInt32LE(4)
    if (never.includes(opcode)) continue
    const request = { nodeId: bytes.readBigUInt64LE(16), body: bytes.subarray(40, length) }
    const answer = ANSWERS[opcode] ? ANSWERS[opcode](request) : ENOSYS
    if (answer !== null) reply(device, bytes.readBigUInt64LE(8), answer)
  }
}

/** Length of the request read; null once the connection is gone. */
function nextRequest(device: number, bytes: Buffer): number | null {
  for (;;) {
    const code = codeOf(() => readSync(device, bytes))
    if (typeof code === 'number') return code
    if (code === 'ENODEV') return null
    // Before the mount there is no connection yet.
    if (code === 'EPERM') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    else if (!PASSING.includes(code)) throw new Error(`reading /dev/fuse: ${code}`)
  }
}

/** A request may be taken back while it is read. */
const PASSING = ['ENOENT', 'EINTR', 'EAGAIN']

function codeOf(read: () => number): number | string {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}

function reply(device: number, unique: bigint, answer: Buffer | number): void {
  const body = typeof answer === 'number' ? Buffer.alloc(0) : answer
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(HEADER_BYTES + body.length, 0)
  header.writeInt32LE(typeof answer === 'number' ? answer : 0, 4)
  header.writeBigUInt64LE(unique, 8)
  const code = codeOf(() => writeSync(device, Buffer.concat([header, body])))
  // ENOENT: who asked was interrupted and is gone.
  if (code !== 'ENOENT' && typeof code === 'string') throw new Error(`writing /dev/fuse: ${code}`)
}

function nameIn(body: Buffer): string {
  return body.toString('utf8', 0, body.indexOf(0))
}

function initOut(): Buffer {
  const out = Buffer.alloc(64)
  out.writeUInt32LE(7, 0)
  out.writeUInt32LE(31, 4)
  out.writeUInt32LE(FILE_BYTES, 8)
  out.writeUInt16LE(12, 16)
  out.writeUInt16LE(9, 18)
  out.writeUInt32LE(FILE_BYTES, 20)
  out.writeUInt32LE(1, 24)
  return out
}

function entryOut(): Buffer {
  const out = Buffer.alloc(40)
  out.writeBigUInt64LE(FILE, 0)
  return Buffer.concat([out, attr(FILE)])
}

function attrOut(nodeId: bigint): Buffer {
  return Buffer.concat([Buffer.alloc(16), attr(nodeId)])
}

function attr(nodeId: bigint): Buffer {
  const out = Buffer.alloc(88)
  out.writeBigUInt64LE(nodeId, 0)
  out.writeBigUInt64LE(BigInt(nodeId === ROOT ? 0 : FILE_BYTES), 8)
  out.writeUInt32LE(nodeId === ROOT ? DIRECTORY_MODE : FILE_MODE, 60)
  out.writeUInt32LE(1, 64)
  out.writeUInt32LE(FILE_BYTES, 80)
  return out
}

function writeOut(sizeBytes: number): Buffer {
  const out = Buffer.alloc(8)
  out.writeUInt32LE(sizeBytes, 0)
  return out
}
