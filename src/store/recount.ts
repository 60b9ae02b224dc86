import { DIMENSION_COLUMNS, finestSpan, LABEL_PREFIX, SPANS } from './dimensions.ts'
import { refreshProblem } from './problem-figures.ts'
import type { Sql } from './sql.ts'

/**
 * Counts all incidents again and replaces every roll-up. Goes through all of history: for data
 * that was brought in past the functions that keep counts, and to check what they kept.
 */
export async function recount(tx: Sql): Promise<void> {
  for (const table of ['cells', 'cell_hosts', 'counts', 'count_hosts']) {
    await tx.run(`DELETE FROM ${table}`)
  }
  await recountCells(tx)
  await recountKey(tx, { name: 'total', from: 'incidents i', dimension: `'total'`, value: `''` })
  for (const [name, column] of Object.entries(DIMENSION_COLUMNS)) {
    await recountKey(tx, {
      name,
      from: 'incidents i',
      dimension: `'${name}'`,
      value: `i.${column}`,
    })
  }
  await recountKey(tx, {
    name: 'problem',
    from: `incidents i JOIN problems p ON p.fingerprint = i.fingerprint AND EXISTS (SELECT 1 FROM problems q WHERE q.root = p.root AND q.fingerprint <> q.root)`,
    dimension: `'problem'`,
    value: 'p.root',
  })
  await recountKey(tx, {
    name: LABEL_PREFIX,
    from: 'incidents i JOIN incident_labels l ON l.host_id = i.host_id AND l.incident_no = i.incident_no',
    dimension: `'${LABEL_PREFIX}' || l.label`,
    value: 'l.value',
  })
  await recountProblems(tx)
}

const PARTS = { signature: 'signature', class: 'class', kernel: 'kernel', host: 'host_id' } as const

async function recountProblems(tx: Sql): Promise<void> {
  await tx.run(
    `INSERT INTO problems (fingerprint, root, is_listed, title, class, own_open, is_known, open, incidents, hosts, first_seen, last_seen, heat)
     SELECT fingerprint, fingerprint, 0, max(title), max(class), 0, 0, 0, 0, 0, 0, 0, 0 FROM incidents
     WHERE fingerprint <> '' GROUP BY fingerprint ON CONFLICT (fingerprint) DO NOTHING`,
  )
  await tx.run('DELETE FROM problem_parts')
  for (const [part, column] of Object.entries(PARTS)) {
    await tx.run(
      `INSERT INTO problem_parts (fingerprint, part, value, incidents, first_seen, last_seen)
       SELECT fingerprint, '${part}', ${column}, count(*), min(first_seen), max(last_seen)
       FROM incidents WHERE fingerprint <> '' GROUP BY fingerprint, ${column}`,
    )
  }
  await tx.run(
    `UPDATE problems SET own_open = (SELECT count(*) FROM incidents i WHERE i.fingerprint = problems.fingerprint
       AND i.state IN ('open', 'acknowledged') AND i.severity <> 'info' AND i.muted = 0)`,
  )
  for (const { root } of await tx.all<{ root: string }>('SELECT DISTINCT root FROM problems')) {
    await refreshProblem(tx, root)
  }
}

/** A key of counts, as SQL on the incidents `i`. */
type Key = {
  readonly name: string
  readonly from: string
  readonly dimension: string
  readonly value: string
}

async function recountKey(tx: Sql, key: Key): Promise<void> {
  for (const [span, spanMs] of Object.entries(SPANS)) {
    if (span === 'hour' && finestSpan(key.name) !== 'hour') continue
    await recountSpan(tx, key, span, spanMs)
  }
}

async function recountCells(tx: Sql): Promise<void> {
  const keys = 'signature, verdict, severity, state, muted, class, kernel'
  await tx.run(
    `INSERT INTO cells (${keys}, kernel_series, incidents, tasks, first_seen, last_seen)
     SELECT ${keys}, min(kernel_series), count(*), sum(task_count), min(first_seen), max(last_seen)
     FROM incidents GROUP BY ${keys}`,
  )
  await tx.run(
    `UPDATE incidents SET cell_id = (SELECT c.cell_id FROM cells c
       WHERE c.signature = incidents.signature AND c.verdict = incidents.verdict
       AND c.severity = incidents.severity AND c.state = incidents.state AND c.muted = incidents.muted
       AND c.class = incidents.class AND c.kernel = incidents.kernel)`,
  )
  await tx.run(
    `INSERT INTO cell_hosts (cell_id, host_id, incidents)
     SELECT cell_id, host_id, count(*) FROM incidents GROUP BY cell_id, host_id`,
  )
}

async function recountSpan(tx: Sql, keys: Key, span: string, spanMs: number): Promise<void> {
  const bucket = spanMs === 0 ? '0' : `i.first_seen - i.first_seen % ${spanMs}`
  await tx.run(
    `INSERT INTO counts (dimension, span, value, bucket, incidents, hosts, tasks, first_seen, last_seen)
     SELECT ${keys.dimension}, '${span}', ${keys.value}, ${bucket}, count(*), count(DISTINCT i.host_id),
       sum(i.task_count), min(i.first_seen), max(i.last_seen)
     FROM ${keys.from} GROUP BY 1, 2, 3, 4`,
  )
  await tx.run(
    `INSERT INTO count_hosts (count_id, host_id, incidents)
     SELECT c.count_id, x.host_id, x.incidents FROM (
       SELECT ${keys.dimension} AS dimension, ${keys.value} AS value, ${bucket} AS bucket, i.host_id, count(*) AS incidents
       FROM ${keys.from} GROUP BY 1, 2, 3, 4) x
     JOIN counts c ON c.dimension = x.dimension AND c.span = '${span}' AND c.value = x.value AND c.bucket = x.bucket`,
  )
}
