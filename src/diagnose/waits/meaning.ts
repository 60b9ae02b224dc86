import type { Stack } from '../../model/stack.ts'
import type { WaitClass } from '../../model/wait.ts'
import { BITS, bitsOf } from './context.ts'
import { moduleRowOf, primitiveOf, rowOf } from './lookup.ts'
import { SCHEDULER } from './primitives.ts'
import {
  FILE_SYSTEM_CLASSES,
  PAGE_CLAIMS,
  type PrimitiveGroup,
  symbolsOf,
  type WaitGroup,
  type WaitKind,
} from './table.ts'

/** How the task sleeps: places in `names`. */
export type Sleep = {
  /** The innermost frame below the scheduler. */
  readonly primitive: number
  /** The first frame that is no primitive; as long as `names` when there is none. */
  readonly first: number
  readonly kind: WaitKind
  /** The primitive that means something by itself (a page lock, a page under writeback), or null. */
  readonly means: PrimitiveGroup | null
}

/** What the sleep is about; `class` is null when no table knows. */
export type Meaning = {
  readonly class: WaitClass | null
  readonly row: WaitGroup | null
  /** The function an expert would name. */
  readonly at: number
}

const SCHEDULER_SYMBOLS = new Set(symbolsOf(SCHEDULER))

/** A caller is asked what it stands for, not what lock it takes. */
const CALLER: WaitKind = 'queue'

/** How far a function no table knows is looked through for one that is known. */
const UNKNOWN_FRAMES_MAX = 3

/** Passes the scheduler, then the primitives. */
export function sleepOf(names: readonly string[]): Sleep {
  let at = schedulerEnd(names)
  const primitive = Math.min(at, names.length - 1)
  let kind: WaitKind = 'none'
  let means: PrimitiveGroup | null = null
  for (; at < names.length; at += 1) {
    const name = names[at] ?? ''
    if (SCHEDULER_SYMBOLS.has(name)) continue
    const group = primitiveOf(name)
    if (!group) break
    kind = group.kind
    if (group.class) means = group
  }
  return { primitive, first: at, kind, means }
}

/** Frames above the last scheduler frame are left from earlier calls, or entry code. */
function schedulerEnd(names: readonly string[]): number {
  let end = 0
  for (let at = 0; at < names.length && at < end + 4; at += 1) {
    if (SCHEDULER_SYMBOLS.has(names[at] ?? '')) end = at + 1
  }
  return end
}

/** Finds the function that says what is waited for. */
export function meaningOf(names: readonly string[], sleep: Sleep, stack: Stack): Meaning {
  if (sleep.means) return pageMeaning(names, sleep, sleep.means)
  const name = names[sleep.first]
  if (name === undefined) return { class: null, row: null, at: names.length - 1 }
  const row = rowOf(name, sleep.kind) ?? moduleRow(stack, name)
  if (!row) return unknownMeaning(names, sleep)
  if (row.role === 'through') return throughMeaning(names, sleep.first, row)
  if (row.role === 'asks') {
    return (
      claimed(names, sleep.first, row.claims ?? []) ?? {
        class: row.class,
        row,
        at: sleep.first,
      }
    )
  }
  return { class: row.class, row, at: sleep.first }
}

/** A page: its owner takes the wait over; without one it is the page's own. */
function pageMeaning(names: readonly string[], sleep: Sleep, means: PrimitiveGroup): Meaning {
  const claims = means.kind === 'page' ? PAGE_CLAIMS : []
  const owner = claimed(names, sleep.first, claims)
  if (owner) return owner
  const name = names[sleep.first]
  const isBare = name === undefined || isBoundary(name)
  return { class: means.class ?? null, row: null, at: isBare ? sleep.first - 1 : sleep.first }
}

/** The nearest caller of one of these classes, before anything that only happens to be further out. */
function claimed(
  names: readonly string[],
  from: number,
  claims: readonly WaitClass[],
): Meaning | null {
  let owner: WaitClass | null = null
  for (let at = from; at < names.length; at += 1) {
    const name = names[at] ?? ''
    const row = callerRow(name)
    if (isBoundary(name) && !isShared(name)) return null
    if (!row) continue
    if (isClaim(row, owner, claims)) return { class: row.class, row, at: nameAt(name, at, from) }
    // The page of a local file system below: what stands further out only reads through it.
    if (owner === null && FILE_SYSTEM_CLASSES.includes(row.class)) owner = row.class
  }
  return null
}

/** A caller that knows what it does; shared code and places of any wait say nothing. */
function callerRow(name: string): WaitGroup | undefined {
  const row = rowOf(name, CALLER)
  return row?.role === 'asks' || row?.role === 'top' ? undefined : row
}

/** An umount tells whose pages they are, but not what is done with them: that is the first function. */
function nameAt(owner: string, at: number, from: number): number {
  return owner.endsWith('_kill_sb') || owner.endsWith('_kill_super') ? from : at
}

/** A system call function that the kernel calls itself, as old kernels do from zap_pid_ns_processes(). */
function isShared(name: string): boolean {
  return rowOf(name, CALLER)?.role === 'asks'
}

/** Once a file system is found to own the page, only its own page work may still take it over. */
function isClaim(row: WaitGroup, owner: WaitClass | null, claims: readonly WaitClass[]): boolean {
  if (owner !== null) return row.class === owner && row.claimsPages === true
  return row.claimsPages === true || claims.includes(row.class)
}

/** Walks out over the plumbing of one class to the operation that needed it. */
function throughMeaning(names: readonly string[], from: number, row: WaitGroup): Meaning {
  let at = from
  for (let next = from + 1; next < names.length; next += 1) {
    const name = names[next] ?? ''
    if (primitiveOf(name)) continue
    if (isBoundary(name)) break
    const outer = rowOf(name, CALLER)
    if (outer?.role !== 'through' || outer.class !== row.class) {
      return operation(outer, row, next) ?? { class: row.class, row, at }
    }
    at = next
  }
  return { class: row.class, row, at }
}

/** The caller of the plumbing, where it belongs to the same class or to one that may take over. */
function operation(outer: WaitGroup | undefined, row: WaitGroup, at: number): Meaning | null {
  if (!outer || outer.role === 'top') return null
  const isOurs = outer.class === row.class || row.claims?.includes(outer.class) === true
  return isOurs ? { class: outer.class, row: outer, at } : null
}

/** A function without a row: the first known caller of the next few gives the class, not the name. */
function unknownMeaning(names: readonly string[], sleep: Sleep): Meaning {
  const end = Math.min(names.length, sleep.first + 1 + UNKNOWN_FRAMES_MAX)
  for (let at = sleep.first; at < end; at += 1) {
    const name = names[at] ?? ''
    if (isBoundary(name)) break
    const row = callerRow(name)
    if (row) return { class: row.class, row, at: sleep.first }
  }
  return { class: null, row: null, at: sleep.first }
}

/** The module a function was printed with. */
function moduleRow(stack: Stack, name: string): WaitGroup | undefined {
  for (const frame of stack.frames) {
    if (frame.module !== null && frame.symbol.startsWith(name)) return moduleRowOf(frame.module)
  }
  return undefined
}

/** What is further out than this did not cause the wait. */
function isBoundary(name: string): boolean {
  return (bitsOf(name) & BITS.boundary) !== 0
}
