import { VERDICTS } from '../model/diagnosis.ts'
import type { Looked, Proof } from '../store/found.ts'
import { type HistoryRow, type Life, obey, type Sighting, type Visit } from '../store/life.ts'

// The life of an incident follows from what happened to its host, in the order in which it
// happened: in whatever order the snapshots arrive, the same events make the same life.

export type LifeEvent =
  /** A snapshot shows the incident. */
  | { readonly kind: 'shown'; readonly sighting: Sighting; readonly proof: Proof }
  /** A snapshot of its host does not show it. */
  | { readonly kind: 'absent'; readonly visit: Visit }
  /** A person set its state, or noted something. */
  | { readonly kind: 'person'; readonly row: HistoryRow }

export type Step = {
  readonly life: Life
  /** What to write into its history; null for a step that changes nothing worth a line. */
  readonly history: HistoryRow | null
}

/** The first sighting. */
export function begin(sighting: Sighting, proof: Proof): Step {
  const life: Life = {
    state: 'open',
    resolution: null,
    mutedUntil: null,
    firstSeen: sighting.at,
    lastSeen: sighting.at,
    snapshots: 1,
    lastEventAt: sighting.at,
    wasWorse: sighting.severity !== 'info',
    shown: sighting,
    proof,
  }
  return { life, history: line('opened', sighting.at, sighting.snapshotId) }
}

/** One event further. `bootId` is the incident's, '' where it is not known. */
export function advance(life: Life, event: LifeEvent, bootId: string): Step {
  switch (event.kind) {
    case 'shown':
      return see(life, event.sighting, event.proof)
    case 'absent':
      return miss(life, event.visit, bootId)
    case 'person':
      return { life: obey(life, event.row), history: event.row }
  }
}

/** The whole life again, out of all its events in any order; null without a sighting. */
export function relive(
  events: readonly LifeEvent[],
  bootId: string,
): { readonly life: Life; readonly history: readonly HistoryRow[] } | null {
  const history: HistoryRow[] = []
  let life: Life | null = null
  for (const event of [...events].sort(inOrder)) {
    const step: Step | null = life
      ? advance(life, event, bootId)
      : event.kind === 'shown'
        ? begin(event.sighting, event.proof)
        : null
    if (step?.history) history.push(step.history)
    life = step?.life ?? life
  }
  return life ? { life, history } : null
}

function isMuted({ mutedUntil }: Life, at: number): boolean {
  return mutedUntil !== null && at < mutedUntil
}

/** True when an event can be put behind a life without looking at what came before. */
export function isNext(life: Life, at: number): boolean {
  return at > life.lastEventAt
}

function see(life: Life, sighting: Sighting, proof: Proof): Step {
  const isNote = sighting.severity === 'info'
  // The log still tells of it, and the snapshot itself shows that it is over.
  if (isNote && life.wasWorse) {
    return resolve({ ...life, proof }, 'cleared', sighting.at, sighting.snapshotId)
  }
  const isReopened = life.state === 'resolved' && !isMuted(life, sighting.at)
  const isBetter = compareWords(sighting, life.shown) >= 0
  const seen: Life = {
    ...life,
    state: isReopened ? 'open' : life.state,
    resolution: isReopened ? null : life.resolution,
    firstSeen: Math.min(life.firstSeen, sighting.at),
    lastSeen: Math.max(life.lastSeen, sighting.at),
    snapshots: life.snapshots + 1,
    lastEventAt: Math.max(life.lastEventAt, sighting.at),
    wasWorse: life.wasWorse || !isNote,
    shown: isBetter ? sighting : life.shown,
    proof,
  }
  if (isReopened) {
    return { life: seen, history: line('reopened', sighting.at, sighting.snapshotId) }
  }
  const isNews = isBetter && sighting.verdict !== life.shown.verdict
  const history = isNews
    ? line('verdict', sighting.at, sighting.snapshotId, `now ${sighting.verdict}`)
    : null
  return { life: seen, history }
}

function miss(life: Life, visit: Visit, bootId: string): Step {
  const why = whyGone(life.proof, bootId, visit)
  return why ? resolve(life, why, visit.at, visit.snapshotId) : { life, history: null }
}

function resolve(life: Life, why: 'cleared' | 'rebooted', at: number, snapshotId: string): Step {
  if (life.state === 'resolved') return { life, history: null }
  const lastEventAt = Math.max(life.lastEventAt, at)
  return {
    life: { ...life, state: 'resolved', resolution: why, mutedUntil: null, lastEventAt },
    history: line(why, at, snapshotId),
  }
}

/**
 * Why an incident is over, by a snapshot of its host that does not show it; null where that
 * snapshot cannot tell: it did not look at what proves the incident, or could not.
 */
export function whyGone(proof: Proof, bootId: string, visit: Visit): 'cleared' | 'rebooted' | null {
  if (bootId !== '' && visit.bootId !== '' && visit.bootId !== bootId) return 'rebooted'
  // A snapshot without a boot id may be of any boot.
  if (bootId !== '' && visit.bootId === '') return null
  return covers(visit.looked, proof) ? 'cleared' : null
}

function covers(looked: Looked, proof: Proof): boolean {
  if (proof.tasks) {
    // A bundle of a few hand-picked tasks says nothing of those it left out.
    const isWhole = looked.tasks && looked.taskCount * 2 >= proof.taskCount
    return isWhole && !proof.tids.some((tid) => looked.unreadable.includes(tid))
  }
  // Old lines leave the kernel's buffer: their absence counts only beside the tasks themselves.
  if (proof.log) return looked.log && looked.tasks
  return proof.goroutines ? looked.goroutines : looked.tasks
}

/** Above zero when `left` tells more: more than a note, a better verdict, or the later one of equals. */
function compareWords(left: Sighting, right: Sighting): number {
  const rank = ({ severity, verdict }: Sighting): number =>
    (severity === 'info' ? 0 : VERDICTS.length) - VERDICTS.indexOf(verdict)
  return (
    rank(left) - rank(right) || left.at - right.at || compareText(left.snapshotId, right.snapshotId)
  )
}

function line(
  what: HistoryRow['what'],
  at: number,
  snapshotId: string,
  note: string | null = null,
): HistoryRow {
  return { at, what, who: 'hangar', byPerson: false, snapshotId, note }
}

/** By time; of one instant, snapshots before people, and snapshots by id. */
function inOrder(left: LifeEvent, right: LifeEvent): number {
  return (
    atOf(left) - atOf(right) ||
    Number(left.kind === 'person') - Number(right.kind === 'person') ||
    compareText(snapshotOf(left), snapshotOf(right))
  )
}

function atOf(event: LifeEvent): number {
  if (event.kind === 'shown') return event.sighting.at
  return event.kind === 'absent' ? event.visit.at : event.row.at
}

function snapshotOf(event: LifeEvent): string {
  if (event.kind === 'shown') return event.sighting.snapshotId
  return event.kind === 'absent' ? event.visit.snapshotId : ''
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}
