import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A task of a made-up host; `nsPids` are those of its inner pid namespaces, outermost first. */
export type MadeTask = {
  readonly tgid: number
  readonly tid?: number
  readonly comm?: string
  readonly state?: string
  readonly pending?: string
  readonly nsPids?: readonly number[]
  readonly stack?: string
  readonly threads?: number
}

const STATES: Readonly<Record<string, string>> = {
  D: 'D (disk sleep)',
  S: 'S (sleeping)',
  Z: 'Z (zombie)',
  T: 'T (stopped)',
}

const IDLE = '[<0>] do_epoll_wait+0x5c/0x1f0\n[<0>] do_syscall_64+0x5c/0xc0\n'

/** Makes folders that look like /proc, /sys and /etc of a host with these tasks. */
export function makeHost(folder: string, tasks: readonly MadeTask[]) {
  const write = (path: string, text: string) => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const files: Readonly<Record<string, string>> = {
    'proc/version': 'Linux version 5.15.35-made (a@b) #1 SMP\n',
    'proc/uptime': '9000.00 100.00\n',
    'proc/mounts': '/dev/vda / ext4 rw 0 0\n',
    'proc/sys/kernel/hostname': 'made-up\n',
    'proc/sys/kernel/osrelease': '5.15.35-made\n',
    'proc/sys/kernel/random/boot_id': '11111111-2222-3333-4444-555555555555\n',
    'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
    'sys/fs/fuse/connections/48/waiting': '1\n',
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  for (const task of tasks) writeTask(write, folder, task)
  const args = ['proc', 'sys', 'etc'].flatMap((name) => [`--${name}`, join(folder, name)])
  return { args, write, block: (path: string) => block(join(folder, path)) }
}

type Write = (path: string, text: string) => void

function writeTask(write: Write, folder: string, task: MadeTask): void {
  const { tgid, tid = tgid, comm = 'app', state = 'S', pending = '0', nsPids = [] } = task
  const at = `proc/${tgid}/task/${tid}`
  const status = [
    `Name:\t${comm.replaceAll('\n', '\\n')}`,
    `State:\t${STATES[state] ?? state}`,
    `Tgid:\t${tgid}`,
    `Pid:\t${tid}`,
    'PPid:\t1',
    `NSpid:\t${[tid, ...nsPids].join('\t')}`,
    `Threads:\t${task.threads ?? 1}`,
    'SigPnd:\t0000000000000000',
    `ShdPnd:\t${pending.padStart(16, '0')}`,
    'Cpus_allowed:\tff',
    'voluntary_ctxt_switches:\t7',
    'nonvoluntary_ctxt_switches:\t2',
  ]
  write(`${at}/status`, `${status.join('\n')}\n`)
  write(`${at}/comm`, `${comm}\n`)
  write(`${at}/stat`, `${tid} (${comm}) ${state} 1 ${'0 '.repeat(17)}4200 0\n`)
  write(`${at}/wchan`, '0')
  write(`${at}/syscall`, 'running\n')
  write(`${at}/stack`, task.stack ?? IDLE)
  for (const secret of ['cmdline', 'environ', 'maps']) {
    write(`${at}/${secret}`, `secret-${secret}`)
    write(`proc/${tgid}/${secret}`, `secret-${secret}`)
  }
  write(`proc/${tgid}/cgroup`, '0::/app.slice\n')
  write(`proc/${tgid}/mountinfo`, '41 25 0:48 / /mnt/x rw - fuse.sshfs me@files:/ rw\n')
  const inner = nsPids.length > 0 ? 4026532281 : 4026531836
  link(folder, `proc/${tgid}/ns/pid`, `pid:[${inner}]`)
  link(folder, `proc/${tgid}/ns/mnt`, 'mnt:[4026531840]')
}

function link(folder: string, path: string, target: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  rmSync(join(folder, path), { force: true })
  symlinkSync(target, join(folder, path))
}

/**
 * Puts a fifo that nobody writes in the place of a file: whoever opens it waits until he is killed,
 * as a reader of the stack of a task in a stuck execve does.
 */
function block(path: string): void {
  rmSync(path, { force: true })
  execFileSync('sh', ['-c', 'mkfifo "$0"', path])
}
