import type { WaitClass } from '../../model/wait.ts'
import { BLOCK_PREFIXES, BLOCK_WAITS } from './block.ts'
import { KERNEL_PREFIXES, KERNEL_WAITS } from './kernel.ts'
import { LOCAL_FS_PREFIXES, LOCAL_FS_WAITS } from './local-fs.ts'
import { MEMORY_WAITS } from './memory.ts'
import { NETWORK_FS_PREFIXES, NETWORK_FS_WAITS } from './network-fs.ts'
import { PRIMITIVES } from './primitives.ts'
import {
  type PrefixGroup,
  type PrimitiveGroup,
  symbolsOf,
  type WaitGroup,
  type WaitKind,
} from './table.ts'
import { USER_WAITS } from './user.ts'
import { VFS_WAITS } from './vfs.ts'

/** Every table of waits, area by area. */
export const WAIT_GROUPS: readonly WaitGroup[] = [
  ...NETWORK_FS_WAITS,
  ...LOCAL_FS_WAITS,
  ...BLOCK_WAITS,
  ...MEMORY_WAITS,
  ...VFS_WAITS,
  ...KERNEL_WAITS,
  ...USER_WAITS,
]

/** Every table of name spaces. */
export const PREFIX_GROUPS: readonly PrefixGroup[] = [
  ...NETWORK_FS_PREFIXES,
  ...LOCAL_FS_PREFIXES,
  ...BLOCK_PREFIXES,
  ...KERNEL_PREFIXES,
]

/** The generic primitive of this name, or undefined. */
export function primitiveOf(symbol: string): PrimitiveGroup | undefined {
  return PRIMITIVE_BY_SYMBOL.get(symbol)
}

/**
 * The row of a function for a wait by this primitive, or undefined. A row that names the primitive
 * goes before one for all of them; a function without a row has that of its name space.
 */
export function rowOf(symbol: string, kind: WaitKind): WaitGroup | undefined {
  const fit = ROWS_BY_KIND.get(symbol)?.find(({ on }) => on?.includes(kind))
  return fit ?? ROW_BY_SYMBOL.get(symbol) ?? prefixRowOf(symbol)
}

/** The row of a kernel module's own file system or driver, for functions without a telling name. */
export function moduleRowOf(module: string): WaitGroup | undefined {
  return ROW_BY_MODULE.get(module)
}

/** Two words of the name tell, then one: `ff_layout_`, `nfs_`. Leading underscores do not count. */
function prefixRowOf(symbol: string): WaitGroup | undefined {
  let start = 0
  while (symbol.charCodeAt(start) === UNDERSCORE) start += 1
  const first = symbol.indexOf('_', start)
  if (first < 0) return undefined
  const second = symbol.indexOf('_', first + 1)
  const two = second < 0 ? undefined : CLASS_BY_PREFIX.get(symbol.slice(start, second + 1))
  const found = two ?? CLASS_BY_PREFIX.get(symbol.slice(start, first + 1))
  return found && ROW_BY_CLASS.get(found)
}

const UNDERSCORE = 95

const PRIMITIVE_BY_SYMBOL = new Map(
  PRIMITIVES.flatMap((group) => symbolsOf(group.symbols).map((symbol) => [symbol, group] as const)),
)

/** Rows that hold for some primitives only, then those that hold for all. */
const ROWS_BY_KIND = new Map<string, WaitGroup[]>()
const ROW_BY_SYMBOL = new Map<string, WaitGroup>()
for (const group of WAIT_GROUPS) {
  for (const symbol of symbolsOf(group.symbols)) {
    if (!group.on) ROW_BY_SYMBOL.set(symbol, group)
    else ROWS_BY_KIND.set(symbol, [...(ROWS_BY_KIND.get(symbol) ?? []), group])
  }
}

const CLASS_BY_PREFIX = new Map<string, WaitClass>(
  PREFIX_GROUPS.flatMap((group) =>
    symbolsOf(group.prefixes).map((prefix) => [prefix, group.class] as const),
  ),
)

/** One row a class, shared by all functions that only their name space tells. */
const ROW_BY_CLASS = new Map<WaitClass, WaitGroup>(
  PREFIX_GROUPS.map(({ class: waitClass, source }) => [
    waitClass,
    { class: waitClass, role: 'names', source, symbols: '' },
  ]),
)

const ROW_BY_MODULE = new Map(
  PREFIX_GROUPS.flatMap((group) =>
    symbolsOf(group.modules ?? '').map(
      (module) => [module, ROW_BY_CLASS.get(group.class)] as const,
    ),
  ),
)
