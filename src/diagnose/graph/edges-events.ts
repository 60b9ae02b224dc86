import type { Event } from '../../model/report.ts'
import type { Actor } from '../situation/actor.ts'
import type { EdgeRule } from './graph.ts'

/** What a panic is usually the end of. */
const LEADS_TO_PANIC: ReadonlySet<Event | 'task'> = new Set([
  'oops',
  'bug',
  'gpf',
  'kasan',
  'soft-lockup',
  'hard-lockup',
  'rcu-stall',
  'hung-task',
])

/** Longer before a panic, a report was about something else. */
const BEFORE_SECONDS = 30

/** The same, in lines, for logs without times: a report with registers and a stack is shorter. */
const BEFORE_LINES = 300

/** Ways in which one event of a log follows from another. */
export const EVENT_EDGES: readonly EdgeRule[] = [
  {
    name: 'panic-follows',
    draw({ others }, draw) {
      const events = others.filter(({ kind }) => kind === 'event')
      for (const panic of events) {
        if (panic.reports[0]?.kind !== 'panic') continue
        for (const earlier of events) {
          if (!comesBefore(earlier, panic)) continue
          const evidence = 'the panic comes right after it in the same log'
          draw({ from: panic, to: earlier, kind: 'follows', evidence })
        }
      }
    },
  },
]

function comesBefore(earlier: Actor, panic: Actor): boolean {
  const [one, other] = [earlier.reports[0], panic.reports[0]]
  if (!one || !other || !LEADS_TO_PANIC.has(one.kind)) return false
  if (one.from.file !== other.from.file || one.from.line >= other.from.line) return false
  if (one.uptimeSeconds === null || other.uptimeSeconds === null) {
    return other.from.line - one.from.line <= BEFORE_LINES
  }
  return other.uptimeSeconds - one.uptimeSeconds <= BEFORE_SECONDS
}
