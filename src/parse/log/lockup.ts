import { type Groups, numberOf, type Scan, type Shape } from './shape.ts'

const WHO = '(?:watchdog: |NMI watchdog: )*'

/** CPUs that went on without scheduling, or without interrupts. Source: kernel/watchdog.c, arch/powerpc/kernel/watchdog.c. */
export const LOCKUP: readonly Shape[] = [
  {
    name: 'soft lockup',
    wraps: true,
    starts: ['watchdog:', 'NMI watchdog:', 'BUG: soft lockup'],
    example: 'watchdog: BUG: soft lockup - CPU#0 stuck for 11s! [plc-agent:335]',
    shape: new RegExp(
      `^${WHO}BUG: soft lockup - CPU#(?<cpu>\\d+) stuck for (?<seconds>\\d+)s! ?\\[(?<comm>.*):(?<tid>\\d+)\\]`,
    ),
    lax: new RegExp(
      `^${WHO}BUG: soft lockup (?:detected on|-) CPU#(?<cpu>\\d+)(?:.*? stuck for (?<seconds>\\d+)s)?`,
    ),
    read: (groups, scan) => readLockup('soft-lockup', groups, scan),
  },
  {
    name: 'hard lockup',
    starts: ['watchdog:', 'NMI watchdog:', 'Watchdog'],
    example: 'watchdog: Watchdog detected hard LOCKUP on cpu 3',
    shape: new RegExp(`^${WHO}Watchdog detected hard LOCKUP on cpu ?(?<cpu>\\d+)`, 'i'),
    read: (groups, scan) => readLockup('hard-lockup', groups, scan),
  },
  {
    name: 'hard lockup, ppc64',
    starts: ['watchdog:', 'Watchdog CPU'],
    example: 'watchdog: CPU 8 self-detected hard LOCKUP @ _raw_spin_lock+0x54/0xa0',
    shape:
      /^(?:watchdog: |Watchdog )CPU[: ](?:\d+ detected hard LOCKUP (?:on )?other CPUs:? ?)?(?<cpu>\d+)(?: (?:self-detected )?hard LOCKUP|[-,\d]*$)/i,
    read: (groups, scan) => readLockup('hard-lockup', groups, scan),
  },
]

function readLockup(
  kind: 'soft-lockup' | 'hard-lockup',
  { cpu, seconds, comm, tid }: Groups,
  scan: Scan,
): boolean {
  const { current } = scan
  // ppc64: one CPU says that the other is locked, then that one says it of itself.
  const isSame = current?.facts.kind === kind && current.facts.cpu === numberOf(cpu)
  if (isSame && !current.hasFrames && kind === 'hard-lockup') return true
  scan.begin({
    kind,
    title: scan.text,
    cpu: numberOf(cpu),
    seconds: numberOf(seconds),
    comm: comm ?? null,
    tid: numberOf(tid),
  })
  return true
}
