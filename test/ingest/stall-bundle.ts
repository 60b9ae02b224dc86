import { bundleOf } from './bundles.ts'

const START_MS = Date.parse('2026-11-23T12:00:00Z')
const STACK =
  '[<0>] vendor_wait_event+0x13f/0x220\n[<0>] vendor_ioctl+0x18c/0x2d0\n[<0>] __x64_sys_ioctl+0x8f/0xd0\n'

export type StallWords = {
  /** After the first snapshot. */
  readonly seconds: number
  readonly switches?: number
  readonly startTicks?: number
  readonly bootId?: string
}

/** A host on which one task waits in a driver that no signature knows. */
export function stallBundle({
  seconds,
  switches = 7,
  startTicks = 2_000,
  bootId = 'boot-1',
}: StallWords) {
  const folder = 'proc/402/task/402'
  const stat = `402 (vendord) D 1 402 402 0 -1 4194304 ${'0 '.repeat(12)}${startTicks} 0 0\n`
  return bundleOf({
    'manifest.json': JSON.stringify({
      format: 1,
      host: { name: 'web-1', machineId: null, bootId, labels: {} },
      collectedAt: timeOf(seconds),
    }),
    'proc/uptime': `${500 + seconds}.00 100.00\n`,
    [`${folder}/comm`]: 'vendord\n',
    [`${folder}/status`]: `Name:\tvendord\nState:\tD (disk sleep)\nTgid:\t402\nPid:\t402\nPPid:\t1\nThreads:\t1\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\nvoluntary_ctxt_switches:\t${switches}\nnonvoluntary_ctxt_switches:\t1\n`,
    [`${folder}/stat`]: stat,
    [`${folder}/stack`]: STACK,
  })
}

/** So many seconds after the first snapshot, RFC 3339. */
export function timeOf(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString()
}
