import type { Stack } from '../../model/stack.ts'
import type { Wait } from '../../model/wait.ts'
import { canonicalName, isGlue } from './alias.ts'

/** The rules below, by number: a rule that changes gets the next, so that old and new are told apart. */
const VERSION = 1

/**
 * The identity of a waiting shape, e.g. `1:9f86d081884c7d65`: equal on every host, kernel and compiler
 * where an expert would say "the same", different where not. Made of what is waited for, in which
 * function and context, and of the callers that tell one use of it from another; never of offsets,
 * sizes, primitives or entry code.
 */
export function fingerprintOf(stack: Stack, wait: Wait | null): string {
  return `${VERSION}:${hash64(shapeOf(stack, wait))}`
}

function shapeOf(stack: Stack, wait: Wait | null): string {
  if (wait === null) return ['none', ...tellingNames(stack.names, 0, NO_WAIT_CALLERS, '')].join(' ')
  const at = Math.max(0, stack.names.indexOf(wait.function))
  const callers = CALLERS_BY_CLASS[wait.class] ?? CALLERS
  const name = canonicalName(wait.function)
  const telling = tellingNames(stack.names, at + 1, callers, name)
  // Of a lock nobody knows, /proc leaves the lock frames out: what is a lock in dmesg is unknown there.
  const waitClass = wait.class === 'lock' ? 'unknown' : wait.class
  return [waitClass, wait.context, name, ...telling].join(' ')
}

/** Callers in a shape: enough to tell who wants a lock, too few for one inlined frame to matter often. */
const CALLERS = 1
const NO_WAIT_CALLERS = 4

/** Where the function is the operation itself, its callers tell nothing; where it is shared, two do. */
const CALLERS_BY_CLASS: Readonly<Partial<Record<Wait['class'], number>>> = {
  fuse: 0,
  nfs: 0,
  nfsd: 0,
  cifs: 0,
  ceph: 0,
  '9p': 0,
  afs: 0,
  pidns: 0,
  futex: 0,
  epoll: 0,
  poll: 0,
  pipe: 0,
  timer: 0,
  signal: 0,
  'wait-child': 0,
  ptrace: 0,
  freezer: 0,
  'kthread-idle': 0,
  idle: 0,
  vfork: 0,
  running: 0,
  lock: 2,
  unknown: 2,
}

/** The next callers that are more than glue and more than the step before, by their common names. */
function tellingNames(
  names: readonly string[],
  from: number,
  count: number,
  before: string,
): string[] {
  const telling: string[] = []
  for (let at = from; at < names.length && telling.length < count; at += 1) {
    const name = names[at] ?? ''
    if (isGlue(name)) continue
    const canonical = canonicalName(name)
    if (canonical !== (telling.at(-1) ?? before)) telling.push(canonical)
  }
  return telling
}

/** FNV-1a of 64 bits over the UTF-16 units, as 16 hexadecimal digits: spread evenly, the same everywhere. */
function hash64(text: string): string {
  let low = 0x84222325
  let high = 0xcbf29ce4
  for (let at = 0; at < text.length; at += 1) {
    low ^= text.charCodeAt(at)
    // Times the prime 2^40 + 0x1b3: the carry of the low half by 16-bit steps, all exact in doubles.
    const lowTimes = (low & 0xffff) * 0x1b3
    const midTimes = (low >>> 16) * 0x1b3 + (lowTimes >>> 16)
    const carry = Math.floor(midTimes / 0x10000)
    high = (Math.imul(high, 0x1b3) + carry + (low << 8)) | 0
    low = ((midTimes & 0xffff) << 16) | (lowTimes & 0xffff)
  }
  return hex(high) + hex(low)
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0')
}
