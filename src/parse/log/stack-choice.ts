import { plainSymbol } from '../../model/frame.ts'
import type { PlacedFrame } from './stack-table.ts'

/**
 * What a stack is wanted for. `task`: what the task itself does. `trace`: how the event came about,
 * interrupts included.
 */
export type StackUse = 'task' | 'trace'

// Frames of the code that notices a hang: what it interrupted is the news, not how it noticed.
const REPORTERS: ReadonlySet<string> = new Set([
  'rcu_sched_clock_irq',
  'rcu_check_callbacks',
  'rcu_dump_cpu_stacks',
  'rcu_pending',
  'watchdog_timer_fn',
  'watchdog_overflow_callback',
  'watchdog_hardlockup_check',
  'softlockup_tick',
  'nmi_cpu_backtrace',
  'nmi_trigger_cpumask_backtrace',
  'arch_trigger_cpumask_backtrace',
  'perf_event_nmi_handler',
  'crash_nmi_callback',
  'showacpu',
  'sched_show_task',
])

// Where an interrupt entered the kernel, for the architectures that print no section marks.
const INTERRUPT_ENTRIES =
  /^(?:__irq_svc|__irq_usr|el1_irq|el1h_64_irq|el1_interrupt|el1h_64_irq_handler|apic_timer_interrupt|asm_\w+_interrupt|smp_apic_timer_interrupt|ret_from_intr|call_do_irq|do_IRQ|hardware_interrupt_common|handle_int|ret_from_irq|common_interrupt|end_repeat_nmi|nmi)$/

/** The frames that tell, of all that a report printed. */
export function chooseFrames(all: readonly PlacedFrame[], use: StackUse): readonly PlacedFrame[] {
  const placed = isPrintedTwice(all) ? all.slice(1) : all
  const own = placed.filter(({ section }) => section === 'task')
  const reporter = placed.findIndex(isReporter)
  if (use === 'task') return belowInterrupt(own.length > 0 ? own : placed)
  if (reporter < 0) return placed
  const kept = placed.filter(
    (frame) => frame.section === 'task' || !hasReporter(placed, frame.section),
  )
  return belowInterrupt(kept.length > 0 ? kept : placed)
}

// Some architectures begin the trace with the program counter, which stands above it already.
function isPrintedTwice([first, second]: readonly PlacedFrame[]): boolean {
  const [one, two] = [first?.line.frames[0], second?.line.frames[0]]
  return (
    one !== undefined &&
    one.symbol === two?.symbol &&
    one.offset !== null &&
    one.offset === two.offset
  )
}

function hasReporter(placed: readonly PlacedFrame[], section: PlacedFrame['section']): boolean {
  return placed.some((frame) => frame.section === section && isReporter(frame))
}

function isReporter({ line }: PlacedFrame): boolean {
  return line.frames.some(({ symbol }) => REPORTERS.has(plainSymbol(symbol)))
}

/** Without the frames from a reporter to the interrupt that called it. */
function belowInterrupt(placed: readonly PlacedFrame[]): readonly PlacedFrame[] {
  const reporter = placed.findIndex(isReporter)
  if (reporter < 0) return placed
  const entry = placed.findLastIndex(
    ({ line }, index) =>
      index >= reporter &&
      line.frames.some(({ symbol }) => INTERRUPT_ENTRIES.test(plainSymbol(symbol))),
  )
  return entry >= 0 && entry < placed.length - 1 ? placed.slice(entry + 1) : placed
}
