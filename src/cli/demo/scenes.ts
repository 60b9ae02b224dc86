/** What may befall a host: captures that show it, by their path in `samples/`. */
export type Scene = {
  readonly bases: readonly string[]
  /** Kernels it is met on, by how their releases begin. */
  readonly kernels: readonly string[]
  /** How often, beside the others. */
  readonly weight: number
}

const bundle = (name: string) => `bundle/${name}.tar.gz`
const hung = (signature: string) => `signature/${signature}/fires-likely-reported-hung-one-incident`

/** The deadlock that comes with the new image of an agent. */
export const ROLLOUT: Scene = {
  bases: [
    bundle('fuse-flush-deadlock-docker-kill'),
    bundle('docker-kill-with-goroutines'),
    bundle('sequence-rebooted-1-deadlock'),
    bundle('four-dying-pid-namespaces'),
  ],
  kernels: ['6.1.'],
  weight: 0,
}

/** What the clients of a filer show while it is away. */
export const OUTAGE: Scene = {
  bases: [bundle('nfs-open-holds-up-teardown'), bundle('nfs-flush-deadlock-release-on-exit')],
  kernels: ['5.', '6.'],
  weight: 0,
}

/** What happens anyhow. */
export const TRICKLE: readonly Scene[] = [
  { bases: [bundle('fuse-daemon-stopped')], kernels: ['5.', '6.1.'], weight: 6 },
  { bases: [bundle('sequence-cleared-1-stall')], kernels: ['6.1.'], weight: 5 },
  { bases: [bundle('fuse-writer-and-its-victims')], kernels: ['5.', '6.1.'], weight: 4 },
  { bases: [bundle('fuse-page-fault-holds-mmap-lock')], kernels: ['6.1.'], weight: 3 },
  { bases: [bundle('dm-suspended-under-ext4')], kernels: ['5.', '6.1.'], weight: 4 },
  { bases: [bundle('loop-device-on-fuse-file')], kernels: ['6.12.'], weight: 5 },
  { bases: [bundle('nested-pid-namespaces')], kernels: ['6.12.'], weight: 4 },
  { bases: [bundle('fuse-flush-deadlock-under-overlayfs')], kernels: ['6.12.'], weight: 4 },
  { bases: [bundle('fuse-daemon-stopped-6.18')], kernels: ['6.18.'], weight: 6 },
  { bases: [bundle('fuse-flush-deadlock-two-flushers-6.18')], kernels: ['6.18.'], weight: 4 },
  { bases: [bundle('execve-makes-task-unreadable-6.18')], kernels: ['6.18.'], weight: 2 },
  { bases: [bundle('cpu-lockup')], kernels: ['5.', '6.'], weight: 2 },
  { bases: [bundle('soft-lockup-that-is-over')], kernels: ['5.', '6.'], weight: 2 },
  { bases: [bundle('deadlock-then-panic')], kernels: ['6.1.'], weight: 2 },
  { bases: [hung('xfs-stuck'), hung('ext4-journal-stuck')], kernels: ['5.', '6.'], weight: 6 },
  { bases: [hung('cifs-server-unresponsive')], kernels: ['5.', '6.'], weight: 4 },
  { bases: [hung('block-io-stuck'), hung('memcg-stuck')], kernels: ['5.', '6.'], weight: 5 },
  { bases: [hung('rtnl-stuck'), hung('btrfs-stuck')], kernels: ['6.'], weight: 3 },
]

/** What no signature explains. */
export const UNKNOWN: Scene = {
  bases: [
    bundle('mutex-holder-waits-for-device'),
    'signature/unknown/fires-confirmed-driver-mutex-one-incident',
    'signature/unknown/fires-exiting-and-unreapable',
  ],
  kernels: ['5.', '6.'],
  weight: 0,
}

/** Hosts on which nothing hangs. */
export const HEALTHY: readonly string[] = [
  bundle('healthy-idle-host'),
  bundle('sequence-rebooted-2-after'),
  bundle('docker-paused'),
]
