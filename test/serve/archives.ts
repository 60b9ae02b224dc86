import { gzipSync } from 'node:zlib'

type Entry = { readonly name: string; readonly text?: string; readonly type?: string }

/** A ustar archive of these entries. Source of the layout: POSIX.1-2017, pax, "ustar Interchange Format". */
export function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, text = '', type = '0' }) => {
    const body = Buffer.from(text)
    const pad = Buffer.alloc((512 - (body.length % 512)) % 512)
    return [tarHeader(name, body.length, type), body, pad]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

export function tarHeader(name: string, size: number, type = '0'): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

const STATUS = (name: string, state: string, pid: number, more = '') =>
  `Name:\t${name}\nState:\t${state}\nTgid:\t${pid}\nPid:\t${pid}\nPPid:\t1\n${more}`

/** A small host on which nothing hangs. */
export function healthyBundle(host = 'calm-1'): Buffer {
  return gzipSync(
    tarOf([
      {
        name: 'proc/version',
        text: 'Linux version 6.1.0-56-amd64 (gcc) #1 SMP Debian 6.1.192-1\n',
      },
      { name: 'proc/sys/kernel/hostname', text: `${host}\n` },
      { name: 'proc/uptime', text: '1000.00 3000.00\n' },
      { name: 'proc/1/status', text: STATUS('init', 'S (sleeping)', 1) },
      { name: 'proc/1/comm', text: 'init\n' },
      { name: 'proc/1/stack', text: '[<0>] ep_poll+0x3a4/0x3c0\n[<0>] do_epoll_wait+0xc5/0xe0\n' },
    ]),
  )
}

const FLUSH = `[<0>] request_wait_answer+0x159/0x2a0
[<0>] fuse_simple_request+0x187/0x2f0
[<0>] fuse_flush+0x1a1/0x1e0
[<0>] filp_close+0x2f/0x70
[<0>] put_files_struct+0x7a/0xf0
[<0>] do_exit+0x2e5/0xa20
[<0>] do_group_exit+0x2d/0x80
[<0>] get_signal+0x988/0x990
[<0>] arch_do_signal_or_restart+0x3e/0x830
[<0>] syscall_exit_to_user_mode+0x32/0x190
[<0>] do_syscall_64+0x67/0xc0
`
const ZAP = `[<0>] do_wait+0x5e/0x2f0
[<0>] kernel_wait4+0xaf/0x150
[<0>] zap_pid_ns_processes+0x10d/0x1e0
[<0>] do_exit+0xa07/0xa20
[<0>] do_group_exit+0x2d/0x80
[<0>] get_signal+0x988/0x990
`

/** A host on which a pid namespace cannot die, because an exiting task of it waits for FUSE. */
export function deadlockBundle(host = 'stuck-1', comm = 'ndrive', boot = 'b0'): Buffer {
  const ns = (pids: string) => `NSpid:\t${pids}\nShdPnd:\t0000000000000100\nThreads:\t1\n`
  return gzipSync(
    tarOf([
      { name: 'proc/version', text: 'Linux version 5.15.35-051535-generic (gcc) #1 SMP\n' },
      { name: 'proc/sys/kernel/hostname', text: `${host}\n` },
      {
        name: 'proc/sys/kernel/random/boot_id',
        text: `${boot.padEnd(8, '0')}-0000-4000-8000-000000000000\n`,
      },
      { name: 'proc/uptime', text: '100000.00 3000.00\n' },
      { name: 'proc/100/status', text: STATUS('tini', 'S (sleeping)', 100, ns('100\t1')) },
      { name: 'proc/100/stack', text: ZAP },
      { name: 'proc/200/status', text: STATUS(comm, 'D (disk sleep)', 200, ns('200\t7')) },
      { name: 'proc/200/stack', text: FLUSH },
      {
        name: 'proc/100/nslist',
        text: 'lrwxrwxrwx 1 root root 0 Nov 23 12:00 pid -> pid:[4026532281]\n',
      },
      {
        name: 'proc/200/nslist',
        text: 'lrwxrwxrwx 1 root root 0 Nov 23 12:00 pid -> pid:[4026532281]\n',
      },
    ]),
  )
}
