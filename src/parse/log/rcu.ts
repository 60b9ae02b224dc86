import { numberOf, type Shape } from './shape.ts'

/** RCU stalls. Source: kernel/rcu/tree_stall.h, kernel/rcu/tree_exp.h. */
export const RCU: readonly Shape[] = [
  {
    name: 'stall',
    wraps: true,
    starts: ['rcu:', 'INFO: '],
    example: 'rcu: INFO: rcu_preempt self-detected stall on CPU',
    shape:
      /^(?:rcu: )?INFO: \S+ (?:self-)?detected (?:expedited )?stalls? on (?:CPU(?:s?\/tasks)?|tasks):?(?<rest>.*)|^INFO: RCU detected CPU \d+ stall/,
    read({ rest = '' }, scan) {
      const listed = /\{([^}]*)/.exec(rest)?.[1] ?? ''
      const stalled = [...listed.matchAll(/\b(P?\d+)(?=-| |$)/g)]
        .slice(0, CPUS_MAX)
        .map(([, who]) => who)
      const tid = stalled.find((who) => who?.startsWith('P'))?.slice(1)
      const object = stalled.join(',') || null
      scan.begin({ kind: 'rcu-stall', title: scan.text, object, tid: numberOf(tid) })
      return true
    },
  },
  {
    name: 'stalled CPU',
    starts: ['rcu:', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    example:
      'rcu: \t0-....: (2787 ticks this GP) idle=07f4/1/0x4000000000000000 softirq=4860/4860 fqs=473',
    shape: /^(?:rcu:\s*)?(?<cpu>\d+)-[.\w!]{1,8}: \(/,
    read: ({ cpu = '' }, scan) => addObject(cpu, scan.stall),
  },
  {
    name: 'stalled task',
    starts: ['rcu:', 'Tasks blocked on'],
    example: 'rcu: \tTasks blocked on level-0 rcu_node (CPUs 0-3): P1234/1:b..l',
    shape: /^(?:rcu:\s*)?Tasks blocked on level-\d+ rcu_node.*: P(?<tid>\d+)/,
    read({ tid }, scan) {
      const { stall } = scan
      if (stall && stall.facts.tid === null) stall.facts.tid = Number(tid)
      return addObject(`P${tid}`, stall)
    },
  },
  {
    name: 'dump of the grace-period kthread',
    starts: ['rcu:', 'RCU grace-period kthread', 'Stack dump where RCU'],
    example: 'rcu: RCU grace-period kthread stack dump:',
    shape:
      /^(?:rcu:\s*)?(?:RCU grace-period kthread stack dump|Stack dump where RCU GP kthread last ran)/,
    read(_groups, scan) {
      scan.aside = true
      return true
    },
  },
]

const CPUS_MAX = 64

function addObject(what: string, stall: { facts: { object: string | null } } | null): boolean {
  if (!stall) return false
  const known = stall.facts.object === null ? [] : stall.facts.object.split(',')
  if (known.length < CPUS_MAX && !known.includes(what))
    stall.facts.object = [...known, what].join(',')
  return true
}
