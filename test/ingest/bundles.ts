import { createReadStream, existsSync, globSync } from 'node:fs'
import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Files of a bundle by path. */
export type BundleFiles = Readonly<Record<string, string>>

/** A tar.gz of some files, as a collector makes it. */
export function bundleOf(files: BundleFiles): Buffer {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const body = Buffer.from(text)
    const padding = Buffer.alloc((512 - (body.length % 512)) % 512)
    return [headerOf(path, body.length), body, padding]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

function headerOf(path: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(512)
  header.write(path, 0, 100)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        0', 148)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

export type HostWords = {
  readonly host: string
  readonly bootId?: string
  readonly collectedAt?: string
  /** Whether a task that exits waits in a FUSE flush while its pid namespace dies. */
  readonly isStuck?: boolean
}

const ZAP = '[<0>] zap_pid_ns_processes+0x11a/0x1d0\n[<0>] do_exit+0x9a4/0xb20\n'
const FLUSH =
  '[<0>] request_wait_answer+0x159/0x2a0\n[<0>] fuse_simple_request+0x18c/0x2d0\n' +
  '[<0>] fuse_flush+0x1a1/0x1e0\n[<0>] filp_close+0x31/0x70\n[<0>] put_files_struct+0x6c/0xd0\n' +
  '[<0>] do_exit+0x347/0xb20\n[<0>] do_group_exit+0x2d/0x80\n'
const IDLE = '[<0>] do_epoll_wait+0x698/0x7c0\n[<0>] do_syscall_64+0x3b/0x90\n'

/** A small bundle of a host, healthy or with one deadlock. */
export function hostBundle({
  host,
  bootId = 'boot-1',
  collectedAt = '2026-11-23T12:00:00Z',
  isStuck = true,
}: HostWords): Buffer {
  const manifest = {
    format: 1,
    host: { name: host, machineId: null, bootId, labels: {} },
    collectedAt,
  }
  const stuck: BundleFiles = isStuck
    ? {
        ...taskFiles(400, 400, { comm: 'init', state: 'S', stack: ZAP, nsPids: '400 1' }),
        ...taskFiles(455, 455, { comm: 'ndrive', state: 'Z', stack: '', nsPids: '455 7' }),
        ...taskFiles(455, 492, { comm: 'ndrive', state: 'D', stack: FLUSH, nsPids: '492 12' }),
      }
    : {}
  return bundleOf({
    'manifest.json': JSON.stringify(manifest),
    'proc/version': 'Linux version 6.1.0-56-amd64 (a@b) (gcc) #1 SMP Debian 6.1.192-1\n',
    ...Object.assign({}, ...[1, 2, 3, 4, 5].map((tid) => taskFiles(tid, tid, idle(tid)))),
    ...stuck,
  })
}

function idle(tid: number) {
  return { comm: `idle-${tid}`, state: 'S', stack: IDLE, nsPids: String(tid) }
}

function taskFiles(
  tgid: number,
  tid: number,
  task: { comm: string; state: string; stack: string; nsPids: string },
): BundleFiles {
  const folder = `proc/${tgid}/task/${tid}`
  const pending = task.state === 'D' ? '0000000000000100' : '0000000000000000'
  return {
    [`${folder}/comm`]: `${task.comm}\n`,
    [`${folder}/status`]: `Name:\t${task.comm}\nState:\t${task.state} (x)\nTgid:\t${tgid}\nPid:\t${tid}\nPPid:\t1\nNSpid:\t${task.nsPids.replaceAll(' ', '\t')}\nThreads:\t1\nSigPnd:\t0000000000000000\nShdPnd:\t${pending}\n`,
    [`${folder}/stack`]: task.stack,
  }
}

/** Bytes as an upload brings them. */
export async function* uploadOf(bytes: Uint8Array, partBytes = 16_384): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += partBytes) {
    yield bytes.subarray(start, start + partBytes)
  }
}

const CAPTURES = '../shared/captures'

/** Paths of real captures; none where they are not. */
export function captures(): readonly string[] {
  return existsSync(CAPTURES) ? globSync(`${CAPTURES}/*.tar.gz`).sort() : []
}

export function captureUpload(path: string) {
  return { bytes: createReadStream(path), given: { name: basename(path) } }
}
