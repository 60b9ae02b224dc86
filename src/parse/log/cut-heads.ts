import { plainSymbol } from '../../model/frame.ts'
import type { Event } from '../../model/report.ts'
import type { StackStep } from './stack-table.ts'

/**
 * Functions that only an event calls. A trace that shows one is the event's, even where the line
 * that named it was cut off.
 */
const EVENT_OF: Readonly<Record<string, Event>> = {
  watchdog_timer_fn: 'soft-lockup',
  softlockup_tick: 'soft-lockup',
  watchdog_overflow_callback: 'hard-lockup',
  watchdog_hardlockup_check: 'hard-lockup',
  rcu_dump_cpu_stacks: 'rcu-stall',
  print_cpu_stall: 'rcu-stall',
  print_other_cpu_stall: 'rcu-stall',
  rcu_exp_handler: 'rcu-stall',
  panic: 'panic',
  vpanic: 'panic',
  nmi_panic: 'panic',
  oops_end: 'oops',
  page_fault_oops: 'oops',
  no_context: 'oops',
  die: 'oops',
  __die_body: 'oops',
  __die: 'oops',
  die_kernel_fault: 'oops',
  exc_general_protection: 'gpf',
  kasan_report: 'kasan',
  kasan_report_invalid_free: 'kasan',
  __schedule_bug: 'bug',
  __might_resched: 'bug',
  ___might_sleep: 'bug',
  print_circular_bug: 'lockdep',
  print_deadlock_bug: 'lockdep',
  print_usage_bug: 'lockdep',
  lockdep_rcu_suspicious: 'lockdep',
  __warn: 'warning',
  warn_slowpath_fmt: 'warning',
  warn_slowpath_null: 'warning',
}

/**
 * The event that the trace ending with `step` is of; null for what a task does by itself. Where
 * registers were printed, the frames between the interrupt and the trace are marked `?`: `isDumped`
 * counts them too.
 */
export function eventAt(step: StackStep, isDumped: boolean): Event | null {
  if (isDumped) return findEvent(step, true)
  if (step.event === undefined) step.event = findEvent(step, false)
  return step.event
}

// The outermost such frame tells: a panic is called from the fault that led to it, and printed with it.
function findEvent(last: StackStep, isDumped: boolean): Event | null {
  for (let step: StackStep | null = last; step?.above; step = step.above) {
    const event = eventOf(step.line, isDumped)
    if (event) return event
  }
  return null
}

function eventOf(line: StackStep['line'], isDumped: boolean): Event | null {
  if (typeof line !== 'object' || line?.what !== 'frame') return null
  const frame = line.frames.find(
    ({ symbol, reliable }) =>
      (reliable || isDumped) && Object.hasOwn(EVENT_OF, plainSymbol(symbol)),
  )
  return frame ? (EVENT_OF[plainSymbol(frame.symbol)] ?? null) : null
}
