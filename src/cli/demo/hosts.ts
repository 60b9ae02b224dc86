import type { Random } from './random.ts'

/** A kernel that hosts of the fleet run. */
export type Kernel = {
  readonly release: string
  /** What `/proc/version` says behind the release. */
  readonly built: string
}

export type FleetHost = {
  readonly name: string
  readonly machineId: string
  readonly kernel: Kernel
  readonly labels: Readonly<Record<string, string>>
}

const DEBIAN = '(debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0)'

const KERNELS: readonly (readonly [weight: number, kernel: Kernel])[] = [
  [6, kernel('6.1.0-56-amd64', `${DEBIAN} #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)`)],
  [4, kernel('6.1.0-49-amd64', `${DEBIAN} #1 SMP PREEMPT_DYNAMIC Debian 6.1.174-1 (2026-06-19)`)],
  [3, kernel('6.12.117+deb12-amd64', `${DEBIAN} #1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1~deb12u1`)],
  [2, kernel('6.18.44-generic', '(builder@build) (gcc (GCC) 15.3.0) #1 SMP PREEMPT_DYNAMIC @0')],
  [2, kernel('5.15.0-164-generic', '(buildd@build) (gcc 11.4.0) #174-Ubuntu SMP')],
  [1, kernel('5.10.0-39-amd64', `${DEBIAN} #1 SMP Debian 5.10.251-1 (2026-04-05)`)],
]

function kernel(release: string, built: string): Kernel {
  return { release, built }
}

/** What hosts are for, how many of a hundred are, and who looks after them. */
const ROLES: readonly (readonly [weight: number, pool: string, team: string])[] = [
  [30, 'build', 'build-farm'],
  [24, 'web', 'storefront'],
  [16, 'batch', 'data-platform'],
  [12, 'db', 'storage'],
  [10, 'gpu', 'training'],
  [8, 'edge', 'network'],
]

const REGIONS = ['eu-north', 'eu-west', 'us-east', 'ap-south'] as const

/** As many hosts as asked for, each with a name of its own. */
export function makeHosts(random: Random, count: number): readonly FleetHost[] {
  return Array.from({ length: count }, (_, index) => {
    const [, pool, team] = weighted(random, ROLES)
    const region = random.pick(REGIONS)
    const cluster = `${region}-${random.pick(['a', 'b', 'c'])}`
    return {
      name: `${pool}-${String(index + 1).padStart(3, '0')}.${cluster}.example.net`,
      machineId: random.hex(32),
      kernel: weighted(random, KERNELS)[1],
      labels: { team, region, cluster, pool },
    }
  })
}

/** One of the rows, the oftener the more its first column weighs. */
export function weighted<Row extends readonly [number, ...unknown[]]>(
  random: Random,
  rows: readonly Row[],
): Row {
  let left = random.next() * rows.reduce((sum, [weight]) => sum + weight, 0)
  for (const row of rows) {
    left -= row[0]
    if (left < 0) return row
  }
  return random.pick(rows)
}
