import { type FleetHost, makeHosts, weighted } from './hosts.ts'
import { Random } from './random.ts'
import { HEALTHY, OUTAGE, ROLLOUT, type Scene, TRICKLE, UNKNOWN } from './scenes.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export type FleetWanted = {
  readonly hosts: number
  readonly seed: number
  readonly days: number
  /** The end of the story. */
  readonly nowMs: number
}

/** A bundle that a host sends. */
export type PlannedSnapshot = {
  readonly host: FleetHost
  readonly atMs: number
  readonly bootId: string
  readonly bootedAtMs: number
  /** Capture that it is made of, by its path in `samples/`. */
  readonly base: string
  /** When what it shows was first seen; the tasks of the capture are as old as that. */
  readonly shownSinceMs: number | null
}

/** How something that befalls a host ends. */
export type Ending = 'open' | 'cleared' | 'rebooted'

/** Something that befalls a host. */
export type PlannedTrouble = {
  readonly host: FleetHost
  readonly base: string
  readonly atMs: number
  readonly endsAtMs: number
  readonly ending: Ending
  /** What people did when it is still open at the end. */
  readonly act: Act | null
}

export type Act = {
  readonly state: 'acknowledged' | null
  readonly note: string
  readonly ticket: string | null
}

export type FleetPlan = {
  readonly hosts: readonly FleetHost[]
  readonly troubles: readonly PlannedTrouble[]
  /** In the order of their times. */
  readonly snapshots: readonly PlannedSnapshot[]
}

/** What happens to a made-up fleet in so many days; the same for the same seed and end. */
export function planFleet({ hosts: count, seed, days, nowMs }: FleetWanted): FleetPlan {
  const random = new Random(seed)
  const hosts = makeHosts(random, count)
  const span = { fromMs: nowMs - days * DAY, toMs: nowMs - 10 * MINUTE }
  const troubles = hosts.flatMap((host) => troublesOf(random, host, span))
  const snapshots = hosts.flatMap((host) =>
    lifeOf(
      random,
      host,
      troubles.filter((trouble) => trouble.host === host),
      span,
    ),
  )
  return { hosts, troubles, snapshots: snapshots.sort((one, other) => one.atMs - other.atMs) }
}

type Span = { readonly fromMs: number; readonly toMs: number }

/** At most one trouble of each kind, so far apart that none runs into another. */
function troublesOf(random: Random, host: FleetHost, span: Span): readonly PlannedTrouble[] {
  const lengthMs = span.toMs - span.fromMs
  const found: PlannedTrouble[] = []
  for (const { scene, chance, at, lastsMs } of KINDS) {
    const isHit = random.next() < chance(host)
    const atMs = span.fromMs + at(random) * lengthMs
    const endsAtMs = atMs + lastsMs(random)
    const chosen = scene(random, host)
    if (!isHit || chosen === null || found.some((other) => isNear(other, atMs, endsAtMs))) continue
    const ending = endsAtMs >= span.toMs ? 'open' : random.pick(ENDINGS)
    const act = ending === 'open' && random.next() < 0.5 ? random.pick(ACTS) : null
    found.push({ host, base: random.pick(chosen.bases), atMs, endsAtMs, ending, act })
  }
  return found.sort((one, other) => one.atMs - other.atMs)
}

const ENDINGS = ['cleared', 'cleared', 'rebooted'] as const

function isNear(other: PlannedTrouble, atMs: number, endsAtMs: number): boolean {
  return atMs < other.endsAtMs + 6 * HOUR && other.atMs < endsAtMs + 6 * HOUR
}

type Kind = {
  readonly scene: (random: Random, host: FleetHost) => Scene | null
  readonly chance: (host: FleetHost) => number
  /** When, as a part of the whole time. */
  readonly at: (random: Random) => number
  readonly lastsMs: (random: Random) => number
}

const KINDS: readonly Kind[] = [
  {
    scene: (_, host) => fitting(ROLLOUT, host),
    chance: () => 0.4,
    // It spreads from one cluster to the next: few at first, most in the last days.
    at: (random) => 1 - 0.35 * random.next() ** 2,
    lastsMs: (random) => random.between(6 * HOUR, 5 * DAY),
  },
  {
    scene: (_, host) => (host.labels['region'] === 'eu-west' ? OUTAGE : null),
    chance: () => 0.6,
    at: (random) => random.between(0.4, 0.405),
    lastsMs: (random) => random.between(1.5 * HOUR, 2 * HOUR),
  },
  {
    scene: (random, host) => {
      const rows = TRICKLE.filter((scene) => fitting(scene, host)).map(
        (scene) => [scene.weight, scene] as const,
      )
      return weighted(random, rows)[1]
    },
    chance: () => 0.22,
    at: (random) => random.between(0.02, 0.99),
    lastsMs: (random) => random.between(HOUR, 2 * DAY),
  },
  {
    scene: () => UNKNOWN,
    chance: () => 0.03,
    at: (random) => random.between(0.6, 0.99),
    lastsMs: (random) => random.between(2 * DAY, 8 * DAY),
  },
]

function fitting(scene: Scene, { kernel }: FleetHost): Scene | null {
  return scene.kernels.some((start) => kernel.release.startsWith(start)) ? scene : null
}

const ACTS: readonly Act[] = [
  {
    state: 'acknowledged',
    note: 'Drained; waiting for the owner before it is rebooted.',
    ticket: null,
  },
  { state: 'acknowledged', note: 'Same agent as on the build hosts.', ticket: 'OPS-4127' },
  { state: null, note: 'Seen by on-call, not urgent.', ticket: 'OPS-4133' },
  { state: 'acknowledged', note: 'The image is rolled back in this cluster.', ticket: 'OPS-4127' },
]

/** All snapshots of one host: check-ins, and while something hangs, what it shows. */
function lifeOf(
  random: Random,
  host: FleetHost,
  troubles: readonly PlannedTrouble[],
  { fromMs, toMs }: Span,
): readonly PlannedSnapshot[] {
  let boot = { bootId: random.uuid(), bootedAtMs: fromMs - random.between(2 * DAY, 60 * DAY) }
  const found: PlannedSnapshot[] = []
  const healthy = random.pick(HEALTHY)
  const checkIn = (atMs: number) =>
    found.push({ host, atMs, ...boot, base: healthy, shownSinceMs: null })
  checkIn(fromMs + random.between(0, 6 * HOUR))
  for (const { base, atMs, endsAtMs, ending } of troubles) {
    for (const at of [atMs, (atMs + Math.min(endsAtMs, toMs)) / 2]) {
      found.push({ host, atMs: at, ...boot, base, shownSinceMs: atMs })
    }
    if (ending === 'rebooted') boot = { bootId: random.uuid(), bootedAtMs: endsAtMs - 5 * MINUTE }
    if (ending !== 'open') checkIn(endsAtMs)
  }
  if (troubles.at(-1)?.ending !== 'open') checkIn(toMs - random.between(0, 5 * HOUR))
  return found
    .filter((snapshot) => snapshot.atMs <= toMs)
    .sort((one, other) => one.atMs - other.atMs)
}
