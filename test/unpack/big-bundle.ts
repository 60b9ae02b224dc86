import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createGzip } from 'node:zlib'
import { blocksOf, type MadeEntry } from './tar-writer.ts'

/** What decides a made bundle: the same values give the same bytes. */
export type BigBundle = {
  readonly threads: number
  /** Distinct stacks; a real host of 20,000 threads shows some 200. */
  readonly stacks: number
  readonly seed: number
}

/** Writes the gzipped tar of a large idle host with the shape and the content of real captures. */
export async function writeBigBundle(path: string, asked: BigBundle): Promise<void> {
  const gzip = createGzip({ level: 6 })
  const file = gzip.pipe(createWriteStream(path))
  let batch: Buffer[] = []
  for (const block of blocksOf(bigBundle(asked))) {
    batch.push(block)
    if (batch.length < 512) continue
    if (!gzip.write(Buffer.concat(batch))) await once(gzip, 'drain')
    batch = []
  }
  gzip.end(Buffer.concat([...batch, Buffer.alloc(1024)]))
  await once(file, 'finish')
}

/** The entries of such a bundle: thread groups of 1 to 39 threads, five files a thread. */
export function* bigBundle({ threads, stacks, seed }: BigBundle): Generator<MadeEntry> {
  yield* hostFiles()
  const random = randomOf(seed)
  const shapes = Array.from({ length: stacks }, (_, index) => stackText(index, random))
  let tid = 1
  while (tid <= threads) {
    const tgid = tid
    const size = Math.min(threads - tid + 1, 1 + Math.floor(random() * 39))
    yield* groupFiles(tgid)
    for (; tid < tgid + size; tid += 1) {
      yield* threadFiles({ tgid, tid, size, stack: shapes[skewed(random(), stacks)] ?? '', random })
    }
  }
}

/** A few stacks are very common, most are rare. */
function skewed(value: number, count: number): number {
  return Math.floor(value ** 3 * count)
}

function* hostFiles(): Generator<MadeEntry> {
  yield { path: 'etc/machine-id', bytes: '0123456789abcdef0123456789abcdef\n' }
  yield { path: 'proc/sys/kernel/hostname', bytes: 'made-host\n' }
  yield { path: 'proc/uptime', bytes: '90000.10 80000.20\n' }
  yield {
    path: 'proc/version',
    bytes: 'Linux version 6.1.0-56-amd64 (x@y) (gcc-12) #1 SMP Debian 6.1.192-2 (2026-11-16)\n',
  }
}

function* groupFiles(tgid: number): Generator<MadeEntry> {
  yield { path: `proc/${tgid}/cgroup`, bytes: `0::/system.slice/service-${tgid}.service\n` }
  yield { path: `proc/${tgid}/cmdline`, bytes: `/usr/bin/service-${tgid}\0--run\0` }
  yield { path: `proc/${tgid}/mountinfo`, bytes: MOUNTINFO }
  for (const [name, inode] of NAMESPACES) {
    yield { path: `proc/${tgid}/ns/${name}`, link: `${name}:[${inode}]` }
  }
  for (let fd = 0; fd < 8; fd += 1) {
    yield {
      path: `proc/${tgid}/fd/${fd}`,
      link: fd < 3 ? '/dev/null' : `socket:[${tgid * 10 + fd}]`,
    }
  }
}

const MOUNTINFO = Array.from(
  { length: 60 },
  (_, at) =>
    `${at + 22} 1 0:${at + 5} / /mount/${at} rw,nosuid,nodev,relatime shared:${at} - tmpfs tmpfs rw,size=1506616k,mode=755\n`,
).join('')

const NAMESPACES = [
  ['mnt', 4026531841],
  ['net', 4026531840],
  ['pid', 4026531836],
  ['user', 4026531837],
] as const

type MadeThread = {
  readonly tgid: number
  readonly tid: number
  readonly size: number
  readonly stack: string
  readonly random: () => number
}

function* threadFiles({ tgid, tid, size, stack, random }: MadeThread): Generator<MadeEntry> {
  const folder = `proc/${tgid}/task/${tid}`
  const comm = COMMS[Math.floor(random() * COMMS.length)] ?? ''
  yield { path: `${folder}/comm`, bytes: `${comm}\n` }
  yield { path: `${folder}/stack`, bytes: stack }
  yield {
    path: `${folder}/stat`,
    bytes: `${tid} (${comm}) S 1 ${tgid} ${tgid} 0 -1 4194560 ${digits(random, 6)} 0 0 0 ${digits(random, 3)} 9 0 0 20 0 ${size} 0 ${digits(random, 7)} ${digits(random, 10)} ${digits(random, 6)} 18446744073709551615 94063821221888 94063821258989 140729570621184 0 0 0 671173123 4096 1260 1 0 0 17 ${digits(random, 1)} 0 0 0 0 0 94063821283472 94063821287440 94064665038848 140729570627450 140729570627461 140729570627461 140729570627565 0\n`,
  }
  yield { path: `${folder}/status`, bytes: statusText({ tgid, tid, size, comm, random }) }
  yield {
    path: `${folder}/syscall`,
    bytes: `202 0x${wide(random)} 0x80 0x0 0x0 0x0 0xffffffff 0x${wide(random)} 0x${wide(random)}\n`,
  }
}

function statusText(made: Omit<MadeThread, 'stack'> & { readonly comm: string }): string {
  const { tgid, tid, size, comm, random } = made
  return `Name:\t${comm}
Umask:\t0022
State:\tS (sleeping)
Tgid:\t${tgid}
Ngid:\t0
Pid:\t${tid}
PPid:\t1
TracerPid:\t0
Uid:\t0\t0\t0\t0
Gid:\t0\t0\t0\t0
FDSize:\t64
Groups:\t 
NStgid:\t${tgid}
NSpid:\t${tid}
NSpgid:\t${tgid}
NSsid:\t${tgid}
VmPeak:\t   19820 kB
VmSize:\t   19788 kB
VmLck:\t       0 kB
VmPin:\t       0 kB
VmHWM:\t   ${digits(random, 5)} kB
VmRSS:\t   ${digits(random, 5)} kB
RssAnon:\t    2580 kB
RssFile:\t    8940 kB
RssShmem:\t       0 kB
VmData:\t    1768 kB
VmStk:\t     132 kB
VmExe:\t      40 kB
VmLib:\t   10696 kB
VmPTE:\t      80 kB
VmSwap:\t       0 kB
HugetlbPages:\t       0 kB
CoreDumping:\t0
THP_enabled:\t1
Threads:\t${size}
SigQ:\t1/11770
SigPnd:\t0000000000000000
ShdPnd:\t0000000000000000
SigBlk:\t7fe3c0fe28014a03
SigIgn:\t0000000000001000
SigCgt:\t00000000000004ec
CapInh:\t0000000000000000
CapPrm:\t000001ffffffffff
CapEff:\t000001ffffffffff
CapBnd:\t000001ffffffffff
CapAmb:\t0000000000000000
NoNewPrivs:\t0
Seccomp:\t0
Seccomp_filters:\t0
Speculation_Store_Bypass:\tnot vulnerable
SpeculationIndirectBranch:\talways enabled
Cpus_allowed:\t1
Cpus_allowed_list:\t0
Mems_allowed:\t${'00000000,'.repeat(31)}00000001
Mems_allowed_list:\t0
voluntary_ctxt_switches:\t${digits(random, 5)}
nonvoluntary_ctxt_switches:\t${digits(random, 3)}
`
}

/** Twelve frames: two of the wait itself, eight of the caller that differ by shape, two of entry. */
function stackText(shape: number, random: () => number): string {
  const top = TOPS[shape % TOPS.length] ?? []
  const middle = [0, 1, 2, 3, 4, 5, 6, 7].map((depth) => `layer_${shape}_${depth}`)
  const frames = [...top, ...middle, 'do_syscall_64', 'entry_SYSCALL_64_after_hwframe']
  return frames.map((symbol) => `[<0>] ${symbol}+0x${hex(random)}/0x${hex(random)}f0\n`).join('')
}

const TOPS = [
  ['futex_wait_queue', 'futex_wait'],
  ['ep_poll', 'do_epoll_wait'],
  ['do_nanosleep', 'hrtimer_nanosleep'],
  ['pipe_read', 'vfs_read'],
  ['unix_stream_read_generic', 'unix_stream_recvmsg'],
  ['do_sys_poll', '__x64_sys_poll'],
  ['do_wait', 'kernel_wait4'],
  ['inet_csk_accept', 'inet_accept'],
] as const

const COMMS = [
  'java',
  'worker',
  'nginx',
  'python3',
  'grpc-default-ex',
  'C2 CompilerThre',
  'sshd',
] as const

function digits(random: () => number, count: number): string {
  return String(Math.floor(random() * 10 ** count))
}

function wide(random: () => number): string {
  return Math.floor(random() * 2 ** 47)
    .toString(16)
    .padStart(12, '0')
}

function hex(random: () => number): string {
  return (16 + Math.floor(random() * 200)).toString(16)
}

/** A generator of numbers in [0, 1) that a seed decides (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
