import { hasLabels, type Labels } from '../../model/access.ts'
import type { DiagnosedIncident, DiagnosedTask, Diagnosis } from '../../model/diagnosis.ts'
import type { SnapshotItem } from '../../model/incident.ts'
import { Problem } from '../../model/problem.ts'
import { findDiagnosis, findSnapshot } from '../../store/snapshots.ts'
import { listSnapshotStacks } from '../../store/stacks.ts'
import {
  type ComparedIncident,
  type ComparedStack,
  type ComparedTask,
  comparePage,
  FATES,
  type Fate,
  takenOf,
} from '../../web/pages/compare.ts'
import type { SnapshotStack } from '../../web/task-bars.ts'
import type { Services } from '../services.ts'
import type { AskedPage } from './asked.ts'

const STACKS_READ = 500

type Side = {
  readonly snapshot: SnapshotItem
  readonly diagnosis: Diagnosis | null
  readonly stacks: readonly SnapshotStack[]
}

/** What changed between two snapshots, the one taken first as the earlier, whichever was asked first. */
export async function showComparison({ context, params, labels }: AskedPage, services: Services) {
  const sides = await Promise.all([
    readSide(services, params['id'] ?? '', labels),
    readSide(services, params['other'] ?? '', labels),
  ])
  const isOrdered = takenOf(sides[0].snapshot) <= takenOf(sides[1].snapshot)
  const [earlier, later] = isOrdered ? sides : [sides[1], sides[0]]
  const isSameBoot = bootOf(earlier) !== null && bootOf(earlier) === bootOf(later)
  return comparePage(context, {
    earlier: earlier.snapshot,
    later: later.snapshot,
    isSameBoot,
    incidents: compareIncidents(earlier, later),
    tasks: compareTasks(earlier, later),
    stacks: compareStacks(earlier.stacks, later.stacks),
  })
}

/** @throws {Problem} snapshot-unknown */
async function readSide({ store }: Services, id: string, labels: Labels | null): Promise<Side> {
  const snapshot = await findSnapshot(store, id)
  if (!snapshot || !hasLabels(snapshot.labels, labels ?? {}))
    throw new Problem('snapshot-unknown', { id: id.slice(0, 100) })
  const [diagnosis, stacks] = await Promise.all([
    findDiagnosis(store, id),
    listSnapshotStacks(store, id, { limit: STACKS_READ }),
  ])
  return { snapshot, diagnosis, stacks: stacks.items }
}

function bootOf({ diagnosis }: Side): string | null {
  return diagnosis?.snapshot.host.bootId ?? null
}

function byFate(one: { readonly fate: Fate }, other: { readonly fate: Fate }): number {
  return FATES.indexOf(one.fate) - FATES.indexOf(other.fate)
}

function compareIncidents(earlier: Side, later: Side): readonly ComparedIncident[] {
  const [before, after] = [incidentsOf(earlier), incidentsOf(later)]
  const now = [...after].map(
    ([key, incident]): ComparedIncident => ({
      fate: before.has(key) ? 'stayed' : 'came',
      incident,
    }),
  )
  const gone = [...before].filter(([key]) => !after.has(key))
  return [
    ...now,
    ...gone.map(([, incident]): ComparedIncident => ({ fate: 'gone', incident })),
  ].sort(byFate)
}

function incidentsOf({ diagnosis }: Side): ReadonlyMap<string, DiagnosedIncident> {
  const incidents = diagnosis?.incidents ?? []
  return new Map(
    incidents.map((incident) => [`${incident.signature}\n${incident.subject.id}`, incident]),
  )
}

function compareTasks(earlier: Side, later: Side): readonly ComparedTask[] {
  const [before, after] = [blockedOf(earlier), blockedOf(later)]
  const now = [...after].map(([key, task]): ComparedTask => {
    const known = before.get(key)
    return { fate: fateOf(known, task), task, before: known?.waitsOn ?? null }
  })
  const gone = [...before].filter(([key]) => !after.has(key))
  return [
    ...now,
    ...gone.map(([, task]): ComparedTask => ({ fate: 'gone', task, before: task.waitsOn })),
  ].sort(byFate)
}

/** Another shape of stack is another place; the same shape may still be another wait of it. */
function fateOf(before: DiagnosedTask | undefined, after: DiagnosedTask): Fate {
  if (!before) return 'came'
  return before.fingerprint === after.fingerprint ? 'stayed' : 'moved'
}

/** Tasks that wait for more than work, by what makes one the same in both: numbers and name. */
function blockedOf({ diagnosis }: Side): ReadonlyMap<string, DiagnosedTask> {
  const tasks = (diagnosis?.tasks ?? []).filter(
    ({ tid, waitsOn, exiting }) => tid !== null && (waitsOn?.blocked || exiting),
  )
  return new Map(tasks.map((task) => [`${task.tgid}/${task.tid}/${task.comm}`, task]))
}

function compareStacks(
  earlier: readonly SnapshotStack[],
  later: readonly SnapshotStack[],
): readonly ComparedStack[] {
  const found = new Map<string, ComparedStack>()
  const add = (stack: SnapshotStack, counts: Pick<ComparedStack, 'before' | 'after'>) => {
    const key = stack.stack.map(({ symbol, offset }) => `${symbol}+${offset}`).join(' ')
    const known = found.get(key) ?? { ...stack, before: 0, after: 0 }
    found.set(key, {
      stack: known.stack,
      waitsOn: known.waitsOn,
      before: known.before + counts.before,
      after: known.after + counts.after,
    })
  }
  for (const stack of earlier) add(stack, { before: stack.tasks, after: 0 })
  for (const stack of later) add(stack, { before: 0, after: stack.tasks })
  const change = ({ before, after }: ComparedStack) => Math.abs(after - before)
  return [...found.values()]
    .filter((stack) => change(stack) > 0 && stack.stack.length > 0)
    .sort((one, other) => change(other) - change(one))
}
