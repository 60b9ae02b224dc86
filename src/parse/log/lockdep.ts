import type { Shape } from './shape.ts'

/** What lockdep warns of. Source: kernel/locking/lockdep.c, the functions named print_*_bug(). */
export const LOCKDEP: readonly Shape[] = [
  {
    name: 'lockdep',
    starts: ['WARNING: ', '[ INFO: ', '[ BUG: ', 'INFO: ', 'BUG: '],
    example: 'WARNING: possible circular locking dependency detected',
    shape:
      /^(?:\[ )?(?:WARNING|INFO|BUG): (?:possible (?:circular|recursive|deadlock|irq|reason)|inconsistent lock state|inconsistent \{|suspicious (?:RCU|rcu_dereference)|bad unlock balance|bad contention|\S+-safe -> \S+-unsafe lock|(?:hard|soft)irq|Nested lock was not taken|[Ii]nvalid wait context|held lock freed|lock held (?:when|at)|\S+ still has locks held|.* still has locks held)/,
    read(_groups, scan) {
      scan.begin({ kind: 'lockdep', title: scan.text }).stackState = 'muted'
      return true
    },
  },
]

/** The task of a lockdep report: `syz/123 is trying to acquire lock:`. */
const ACTOR =
  /^(?<comm>.*)\/(?<tid>\d+) (?:is trying to (?:acquire|release|contend) lock|just changed the state of lock|is freeing memory|is (?:leaving|exiting))/

/** Reads the task of a lockdep report, which may be named anything; null for other lines. */
export function lockdepActor(line: string): { comm: string; tid: number } | null {
  const groups = line.includes('/') ? ACTOR.exec(line)?.groups : undefined
  return groups ? { comm: groups['comm'] ?? '', tid: Number(groups['tid']) } : null
}
