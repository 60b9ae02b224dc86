import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALIASES } from '../../src/diagnose/waits/alias.ts'
import { PREFIX_GROUPS, WAIT_GROUPS } from '../../src/diagnose/waits/lookup.ts'
import { PRIMITIVES, SCHEDULER } from '../../src/diagnose/waits/primitives.ts'
import { symbolsOf, WAIT_KINDS, type WaitGroup } from '../../src/diagnose/waits/table.ts'
import { waitOf } from '../../src/diagnose/waits/waits.ts'
import { WAIT_CLASSES } from '../../src/model/wait.ts'
import { shortStack } from './short-stack.ts'

const SYMBOL = /^[A-Za-z_][A-Za-z0-9_]*$/
const NO_HINT = { state: null, kthread: null, comm: null, wchan: null }

test('every row names its kernel sources, a known class and plain symbols', () => {
  for (const group of [...WAIT_GROUPS, ...PRIMITIVES]) {
    assert.match(group.source, /[a-zA-Z]/)
    assert.ok(group.class === undefined || WAIT_CLASSES.includes(group.class), group.class)
    const symbols = symbolsOf(group.symbols)
    assert.ok(symbols.length > 0, group.source)
    for (const symbol of symbols) assert.match(symbol, SYMBOL)
  }
})

test('every prefix is of a known class, ends in an underscore, and stands once', () => {
  const seen = new Set<string>()
  for (const group of PREFIX_GROUPS) {
    assert.ok(WAIT_CLASSES.includes(group.class))
    assert.match(group.source, /[a-z]/)
    for (const prefix of symbolsOf(group.prefixes)) {
      assert.match(prefix, /^[A-Za-z0-9]+_(?:[a-z0-9]+_)?$/)
      assert.ok(!seen.has(prefix), prefix)
      seen.add(prefix)
    }
    for (const module of symbolsOf(group.modules ?? 'none')) assert.match(module, /^[a-z0-9_]+$/)
  }
})

test('no symbol has two rows for one way to sleep, or is a primitive as well', () => {
  const plumbing = new Set(symbolsOf(SCHEDULER))
  for (const { symbols } of PRIMITIVES) {
    for (const symbol of symbolsOf(symbols)) {
      assert.ok(!plumbing.has(symbol), symbol)
      plumbing.add(symbol)
    }
  }
  const seen = new Set<string>()
  for (const group of WAIT_GROUPS) {
    for (const symbol of symbolsOf(group.symbols)) {
      assert.ok(!plumbing.has(symbol), symbol)
      for (const kind of group.on ?? ['any']) {
        const key = `${symbol} ${kind}`
        assert.ok(!seen.has(key), key)
        seen.add(key)
      }
    }
  }
})

test('rows ask only what they can be answered', () => {
  for (const group of WAIT_GROUPS) {
    for (const kind of group.on ?? []) assert.ok(WAIT_KINDS.includes(kind))
    if (group.role === 'asks') assert.ok((group.claims ?? []).length > 0, group.source)
    if (group.claims) assert.ok(group.role === 'asks' || group.role === 'through')
  }
})

for (const group of WAIT_GROUPS) {
  const symbols = symbolsOf(group.symbols)
  test(`each of ${group.class} ${group.role} ${symbols[0]}... gives its class as the sleeping function`, () => {
    for (const symbol of symbols) {
      const wait = waitOf(shortStack(topOf(group, symbol)), { ...NO_HINT, state: 'D' })
      assert.equal(wait?.class, group.class, symbol)
    }
  })
}

/** A stack in which the row decides: its primitive, its function, and a system call below. */
function topOf(group: WaitGroup, symbol: string): string {
  const kind = group.on?.[0] ?? 'queue'
  const primitive = {
    mutex: 'mutex_lock < ',
    rwsem: 'down_read < ',
    'percpu-rwsem': 'percpu_down_read < ',
    semaphore: 'down < ',
    completion: 'wait_for_completion < ',
    bit: 'bit_wait < ',
    page: 'folio_wait_bit < ',
    buffer: '__wait_on_buffer < ',
    queue: 'prepare_to_wait < ',
    sleep: 'msleep < ',
    spin: '_raw_spin_lock < ',
    none: '',
  }[kind]
  return `schedule < ${primitive}${symbol} < acme_ioctl < do_syscall_64`
}

test('no name has two canonical ones', () => {
  const seen = new Set<string>()
  for (const { source, names } of ALIASES) {
    assert.match(source, /[a-z]/)
    for (const name of symbolsOf(names)) {
      assert.ok(!name.startsWith('_'), `${name}: leading underscores are dropped before`)
      assert.ok(!seen.has(name), name)
      seen.add(name)
    }
  }
})
