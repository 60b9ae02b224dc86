import type { Fault, Parsed } from '../../model/parsed.ts'
import { BYTE, bytesOf, faultAt } from '../bytes.ts'

/**
 * Reads `/proc/<pid>/task/<tid>/comm`: the task's name, as it or the kernel set it, and a newline.
 *
 *     kworker/0:0-events
 *
 * A name may hold anything, newlines too. An empty file gives null.
 *
 * Source: fs/proc/base.c, comm_show().
 */
export function parseComm(text: string): Parsed<string | null> {
  const value = text.endsWith('\n') ? text.slice(0, -1) : text
  return { value: text === '' ? null : value, faults: [] }
}

// `0` means: runs, or the kernel would not say. Kernels without symbols print an address.
const WCHAN = /^(?:0|[A-Za-z_.][\w.]*|0x[\da-f]+)$/

/**
 * Reads `/proc/<pid>/task/<tid>/wchan`: the function the task sleeps in, without a newline.
 *
 *     futex_wait_queue
 *
 * `0` and an empty file give null: it does not sleep, or may not be read.
 *
 * Source: fs/proc/base.c, proc_pid_wchan().
 */
export function parseWchan(text: string, file: string): Parsed<string | null> {
  const value = text.trim()
  const faults: Fault[] = []
  if (value !== '' && !WCHAN.test(value)) faults.push(faultAt(file, 1, 'symbol or 0', value))
  const isSymbol = value !== '' && value !== '0' && faults.length === 0
  return { value: isSymbol ? value : null, faults }
}

const SYSCALL_CHARS_MAX = 256

/**
 * Reads `/proc/<pid>/task/<tid>/syscall`: its number, six arguments, stack and instruction pointer.
 *
 *     0 0x3 0x7ffe2810ee08 0x400 0x0 0x0 0x0 0x7ffe2810ee08 0x7fa053726ef3
 *
 * `running` stands there when it runs, `-1` when it is in the kernel for no system call. Empty: null.
 *
 * Source: fs/proc/base.c, proc_pid_syscall().
 */
export function parseSyscall(text: string, file: string): Parsed<string | null> {
  const bytes = bytesOf(text)
  const value = syscallIn(bytes, 0, bytes.length)
  if (value !== null || text.trim() === '') return { value, faults: [] }
  return { value: null, faults: [faultAt(file, 1, 'number and arguments, or running', text)] }
}

/** The same from bytes; null for anything else than numbers. */
export function syscallIn(bytes: Buffer, start: number, end: number): string | null {
  const stop = end > start && bytes[end - 1] === BYTE.newline ? end - 1 : end
  if (stop === start || stop - start > SYSCALL_CHARS_MAX) return null
  for (let at = start; at < stop; at += 1) {
    if (!IS_SYSCALL[bytes[at] ?? 0]) {
      return bytes.toString('latin1', start, stop) === 'running' ? 'running' : null
    }
  }
  return bytes.toString('latin1', start, stop)
}

/** By byte: whether it stands in a number, or between two. */
const IS_SYSCALL: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  /[\da-fx -]/.test(String.fromCharCode(byte)),
)

/**
 * Reads `/proc/<pid>/cgroup`: the path in the v2 tree, else that of the first v1 hierarchy.
 *
 *     0::/system.slice/docker.service
 *     12:freezer:/docker/0f3c
 *
 * An empty file gives null: the task has left its cgroups.
 *
 * Source: kernel/cgroup/cgroup.c, proc_cgroup_show().
 */
export function parseCgroup(text: string, file: string): Parsed<string | null> {
  const faults: Fault[] = []
  let first: string | null = null
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue
    const path = line.split(':').slice(2).join(':')
    if (!/^\d+:[^:]*:\//.test(line))
      faults.push(faultAt(file, index + 1, 'id:controllers:/path', line))
    else if (line.startsWith('0::')) return { value: path, faults }
    else first ??= path
  }
  return { value: first, faults }
}

/**
 * Reads `/proc/uptime`: seconds since boot, and seconds idle.
 *
 *     116.24 76.52
 *
 * Source: fs/proc/uptime.c, uptime_proc_show().
 */
export function parseUptime(text: string, file: string): Parsed<number | null> {
  const value = /^(\d{1,12}(?:\.\d+)?)[ \n]/.exec(text)?.[1]
  if (value !== undefined) return { value: Number(value), faults: [] }
  const faults = text === '' ? [] : [faultAt(file, 1, 'seconds seconds', text)]
  return { value: null, faults }
}

/**
 * Reads a file of one word: hostname, boot_id, machine-id, osrelease.
 *
 *     ip-10-0-44-12
 */
export function parseWord(text: string, file: string): Parsed<string | null> {
  const value = (text.split('\n')[0] ?? '').trim()
  if (value === '') return { value: null, faults: [] }
  if (/^[\w.:+~@-]{1,256}$/.test(value)) return { value, faults: [] }
  return { value: null, faults: [faultAt(file, 1, 'one word', value)] }
}
