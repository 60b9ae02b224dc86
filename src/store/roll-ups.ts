import { joinCell, leaveCell, touchCell } from './cells.ts'
import { findEnds, type Group } from './count-ends.ts'
import { type Counted, isShorter } from './counted.ts'
import { bucketOf, DIMENSION_COLUMNS, finestSpan, LABEL_PREFIX, SPANS } from './dimensions.ts'
import { mergedRoot } from './problem-groups.ts'
import { changeProblems } from './problem-parts.ts'
import type { Sql } from './sql.ts'

/**
 * Brings every count up to date with one incident: `before` null when it is new. The rows of the
 * incident itself must have been written: what leaves the end of a span is looked for there.
 */
export async function changeCounts(tx: Sql, before: Counted | null, after: Counted): Promise<void> {
  await (before ? moveCounts(tx, before, after) : addCounts(tx, after))
  await changeProblems(tx, before, after)
}

/** Takes an incident out of every count. Its own rows must be gone. */
export async function dropCounts(tx: Sql, incident: Counted): Promise<void> {
  for (const group of (await groupsOf(tx, incident)).values()) await leave(tx, group, incident)
  await leaveCell(tx, incident)
  await changeProblems(tx, incident, null)
}

async function addCounts(tx: Sql, incident: Counted): Promise<void> {
  for (const group of (await groupsOf(tx, incident)).values()) await join(tx, group, incident)
  await joinCell(tx, incident)
}

async function moveCounts(tx: Sql, before: Counted, after: Counted): Promise<void> {
  const left = await groupsOf(tx, before)
  const joined = await groupsOf(tx, after)
  for (const [key, group] of left) if (!joined.has(key)) await leave(tx, group, before)
  for (const [key, group] of joined) {
    await (left.has(key) ? touch(tx, group, before, after) : join(tx, group, after))
  }
  if (before.cell_id === after.cell_id) return touchCell(tx, before, after)
  await leaveCell(tx, before)
  await joinCell(tx, after)
}

/** Finest span first, as `leave` needs it. */
async function groupsOf(tx: Sql, incident: Counted): Promise<Map<string, Group>> {
  const groups = new Map<string, Group>()
  const values = valuesOf(incident, await mergedRoot(tx, incident.fingerprint))
  for (const span of Object.keys(SPANS) as (keyof typeof SPANS)[]) {
    const bucket = bucketOf(incident.first_seen, span)
    for (const [dimension, value] of values) {
      if (span === 'hour' && finestSpan(dimension) !== 'hour') continue
      groups.set([span, bucket, dimension, value].join('\0'), { dimension, span, value, bucket })
    }
  }
  return groups
}

function valuesOf(
  incident: Counted,
  problem: string | null,
): readonly (readonly [string, string])[] {
  return [
    ['total', ''],
    ...(problem === null ? [] : [['problem', problem] as const]),
    ...Object.entries(DIMENSION_COLUMNS).map(([name, column]) => [name, incident[column]] as const),
    ...Object.entries(incident.labelValues).map(
      ([label, value]) => [LABEL_PREFIX + label, value] as const,
    ),
  ]
}

async function join(tx: Sql, group: Group, incident: Counted): Promise<void> {
  const row = await tx.get<{ count_id: number }>(
    `INSERT INTO counts (dimension, span, value, bucket, incidents, hosts, tasks, first_seen, last_seen)
     VALUES (?, ?, ?, ?, 1, 0, ?, ?, ?)
     ON CONFLICT (dimension, span, value, bucket) DO UPDATE SET
       incidents = counts.incidents + 1,
       tasks = counts.tasks + excluded.tasks,
       first_seen = CASE WHEN excluded.first_seen < counts.first_seen THEN excluded.first_seen ELSE counts.first_seen END,
       last_seen = CASE WHEN excluded.last_seen > counts.last_seen THEN excluded.last_seen ELSE counts.last_seen END
     RETURNING count_id`,
    group.dimension,
    group.span,
    group.value,
    group.bucket,
    incident.task_count,
    incident.first_seen,
    incident.last_seen,
  )
  if (row) await addHost(tx, row.count_id, incident.host_id)
}

async function addHost(tx: Sql, countId: number, hostId: number): Promise<void> {
  const host = await tx.get<{ incidents: number }>(
    `INSERT INTO count_hosts (count_id, host_id, incidents) VALUES (?, ?, 1)
     ON CONFLICT (count_id, host_id) DO UPDATE SET incidents = count_hosts.incidents + 1
     RETURNING incidents`,
    countId,
    hostId,
  )
  if (host?.incidents === 1) {
    await tx.run('UPDATE counts SET hosts = hosts + 1 WHERE count_id = ?', countId)
  }
}

type CountEnds = {
  readonly count_id: number
  readonly incidents: number
  readonly first_seen: number
  readonly last_seen: number
}

async function leave(tx: Sql, group: Group, incident: Counted): Promise<void> {
  const row = await change(tx, group, -1, -incident.task_count)
  if (!row) return
  if (row.incidents === 0) {
    await tx.run('DELETE FROM count_hosts WHERE count_id = ?', row.count_id)
    await tx.run('DELETE FROM counts WHERE count_id = ?', row.count_id)
    return
  }
  await removeHost(tx, row.count_id, incident.host_id)
  const wasEnd = incident.first_seen <= row.first_seen || incident.last_seen >= row.last_seen
  if (wasEnd) await findEnds(tx, group, row.count_id)
}

async function removeHost(tx: Sql, countId: number, hostId: number): Promise<void> {
  const host = await tx.get<{ incidents: number }>(
    `UPDATE count_hosts SET incidents = incidents - 1 WHERE count_id = ? AND host_id = ?
     RETURNING incidents`,
    countId,
    hostId,
  )
  if (host?.incidents !== 0) return
  await tx.run('DELETE FROM count_hosts WHERE count_id = ? AND host_id = ?', countId, hostId)
  await tx.run('UPDATE counts SET hosts = hosts - 1 WHERE count_id = ?', countId)
}

/** An incident that stays in a group, with other figures. */
async function touch(tx: Sql, group: Group, before: Counted, after: Counted): Promise<void> {
  const tasks = after.task_count - before.task_count
  const isSame =
    tasks === 0 && after.first_seen === before.first_seen && after.last_seen === before.last_seen
  if (isSame) return
  const row = await tx.get<{ count_id: number }>(
    `UPDATE counts SET tasks = tasks + ?,
       first_seen = CASE WHEN first_seen > ? THEN ? ELSE first_seen END,
       last_seen = CASE WHEN last_seen < ? THEN ? ELSE last_seen END
     WHERE dimension = ? AND span = ? AND value = ? AND bucket = ? RETURNING count_id`,
    tasks,
    after.first_seen,
    after.first_seen,
    after.last_seen,
    after.last_seen,
    group.dimension,
    group.span,
    group.value,
    group.bucket,
  )
  if (row && isShorter(before, after)) await findEnds(tx, group, row.count_id)
}

async function change(
  tx: Sql,
  group: Group,
  incidents: number,
  tasks: number,
): Promise<CountEnds | null> {
  return tx.get<CountEnds>(
    `UPDATE counts SET incidents = incidents + ?, tasks = tasks + ?
     WHERE dimension = ? AND span = ? AND value = ? AND bucket = ?
     RETURNING count_id, incidents, first_seen, last_seen`,
    incidents,
    tasks,
    group.dimension,
    group.span,
    group.value,
    group.bucket,
  )
}
