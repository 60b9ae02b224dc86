import { gzipSync } from 'node:zlib'
import { tarOf } from '../serve/archives.ts'

/** Set by what would have run; `x-planted` is the element and attribute that may never be in a page. */
export const PLANTED = 'x-planted'

/** What a host, or a person, may write where a name is expected. */
export const HOSTILE: Readonly<Record<string, string>> = {
  markup: `<${PLANTED}></title></textarea><img src=x onerror="window.ran=1"></script><script>window.ran=1</script>`,
  quotes: `"'><svg ${PLANTED} onload="window.ran=1">' ${PLANTED}="" onfocus='window.ran=1' autofocus="`,
  escapes: 'a\u001b[31mred\u001b]0;title\u0007\u009b2J\u007f end',
  'right to left': 'evil\u202etxt.exe\u2066\u2069\u200b\u200f\ufeff مرحبا',
  formula: '=HYPERLINK("http://evil.example","x")+cmd|\' /C calc\'!A0',
  chat: '<!channel> <http://evil.example|here> @everyone [x](javascript:alert(1)) *b* `c` ![i](//e)',
  long: `${'<b>x'.repeat(2500)}`,
  unbroken: 'W'.repeat(10_000),
}

const FLUSH = `[<0>] request_wait_answer+0x159/0x2a0
[<0>] fuse_simple_request+0x187/0x2f0
[<0>] fuse_flush+0x1a1/0x1e0
[<0>] filp_close+0x2f/0x70
[<0>] put_files_struct+0x7a/0xf0
[<0>] do_exit+0x2e5/0xa20
[<0>] do_group_exit+0x2d/0x80
`
const READ = `[<0>] request_wait_answer+0x159/0x2a0
[<0>] fuse_simple_request+0x187/0x2f0
[<0>] fuse_do_getattr+0xf1/0x2f0
[<0>] vfs_statx+0x9f/0x160
`
const ZAP = `[<0>] kernel_wait4+0xaf/0x150
[<0>] zap_pid_ns_processes+0x10d/0x1e0
[<0>] do_exit+0xa07/0xa20
`

type Host = { readonly text: string; readonly number: number }

/** A hung host that says `text` wherever it may say anything: a deadlock, a queue, a report, a dump. */
export function hostileBundle({ text, number }: Host): Buffer {
  // A line of the kernel ends where the text has a line end; a file's name holds 100 bytes.
  const line = text.replace(/[\r\n]+/g, ' ')
  const name = line.replaceAll('/', '|').slice(0, 40)
  const files: Record<string, string> = {
    'manifest.json': manifestOf(text, number),
    'proc/version': `Linux version 5.15.${number}-${line.replaceAll(' ', '_')} (gcc) #1 SMP\n`,
    'proc/sys/kernel/hostname': `${line}\n`,
    'proc/uptime': '100000.00 3000.00\n',
    'proc/mounts': `${line} /mnt/${name} fuse.${name} rw,user_id=0 0 0\n`,
    'proc/locks': `1: FLOCK  ADVISORY  WRITE 200 00:2a:${line} 0 EOF\n`,
    'etc/os-release': `PRETTY_NAME="${line}"\n`,
    'sys/block/loop0/loop/backing_file': `/mnt/${line}\n`,
    'sys/fs/fuse/connections/42/waiting': '1\n',
    'ps.txt': `USER PID PPID STAT COMMAND\nroot 200 1 D ${line}\n`,
    'dmesg.txt': dmesgOf(line),
    'goroutines/agent.txt': goroutinesOf(line),
    [`proc/${name}/comm`]: `${line}\n`,
    [`goroutines/${name}.txt`]: goroutinesOf(line),
    ...taskOf(100, { comm: line, state: 'S (sleeping)', stack: ZAP, nsPids: '100\t1' }),
    ...taskOf(200, { comm: line, state: 'D (disk sleep)', stack: FLUSH, nsPids: '200\t7' }),
    ...taskOf(300, {
      comm: line,
      state: 'D (disk sleep)',
      stack: strangeStack(line),
      nsPids: '300',
    }),
    ...taskOf(400, { comm: line, state: 'D (disk sleep)', stack: READ, nsPids: '400' }),
  }
  return gzipSync(tarOf(Object.entries(files).map(([path, body]) => ({ name: path, text: body }))))
}

function manifestOf(text: string, number: number): string {
  return JSON.stringify({
    format: 1,
    host: {
      name: `${number} ${text}`,
      machineId: text,
      bootId: `${number} ${text}`,
      labels: { [text.slice(0, 200)]: text, rack: text },
    },
    collectedAt: '2026-11-23T12:00:00Z',
    collector: { name: text, version: text },
    trigger: text,
    unreadable: [
      { path: `proc/500/stack`, why: text },
      { path: text, why: text },
    ],
  })
}

function taskOf(
  pid: number,
  task: Readonly<Record<'comm' | 'state' | 'stack' | 'nsPids', string>>,
): Readonly<Record<string, string>> {
  const { comm, state, stack, nsPids } = task
  return {
    [`proc/${pid}/status`]: `Name:\t${comm}\nState:\t${state}\nTgid:\t${pid}\nPid:\t${pid}\nPPid:\t1\nNSpid:\t${nsPids}\nShdPnd:\t0000000000000100\nThreads:\t1\n`,
    [`proc/${pid}/comm`]: `${comm}\n`,
    [`proc/${pid}/cmdline`]: `${comm}\0--${comm}`,
    [`proc/${pid}/cgroup`]: `0::/${comm}\n`,
    [`proc/${pid}/wchan`]: comm,
    [`proc/${pid}/stack`]: stack,
    [`proc/${pid}/mountinfo`]: `77 1 0:42 / /mnt/${comm} rw - fuse.${comm} ${comm} rw\n`,
    [`proc/${pid}/fdlist`]: `lr-x------ 1 root root 64 Nov 23 12:00 3 -> /mnt/${comm}\n`,
    [`proc/${pid}/nslist`]: 'lrwxrwxrwx 1 root root 0 Nov 23 12:00 pid -> pid:[4026532281]\n',
  }
}

function strangeStack(line: string): string {
  const word = line.replace(/[\s+]/g, '_')
  return `[<0>] ${word}+0x1/0x2 [${word.replace(/\]/g, '')}]\n[<0>] ${word}_wait+0x1/0x2\n[<0>] do_syscall_64+0x67/0xc0\n`
}

function dmesgOf(line: string): string {
  return `[ 1000.000000] ${line}
[ 2000.000000] INFO: task ${line}:300 blocked for more than 120 seconds.
[ 2000.000001]       Not tainted 5.15.1-${line} #1
[ 2000.000002] task:${line} state:D stack:0 pid:300 ppid:1 flags:0x00004000
[ 2000.000003] Call Trace:
[ 2000.000004]  schedule+0x46/0xb0
[ 2000.000005]  ${line.replace(/[\s+]/g, '_')}+0x1/0x2
[ 3000.000000] unregister_netdevice: waiting for ${line} to become free. Usage count = 3
[ 4000.000000] EXT4-fs error (device ${line}): ${line}
`
}

function goroutinesOf(line: string): string {
  return `goroutine 118 [select, 131 minutes]:
github.com/docker/docker/client.(*Client).doRequest(0xc0000ca000, ${line})
	/build/${line}/client/request.go:134 +0xb5
github.com/docker/docker/client.(*Client).ContainerInspect(0xc0000ca000, 0x40)
	/build/vendor/${line}.go:31 +0x1a2
${line}.(*Runtime).Kill(0xc0001f2c00)
	/build/agent/runtime/${line}.go:412 +0x1d4
`
}
