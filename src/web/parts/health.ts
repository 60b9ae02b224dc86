import type { SnapshotItem } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { figureList, hostText, timeMark } from './marks.ts'
import { snapshotPath } from './paths.ts'
import { panel } from './prose.ts'
import { grouped, lasted, plural } from './words.ts'

/** How uploads come in and are worked off. */
export type IngestHealth = {
  readonly queued: number
  readonly processing: number
  readonly failed: number
  /** Since when the oldest of the waiting ones waits, RFC 3339; null: none does. */
  readonly oldestQueuedAt: string | null
}

/** A bundle is diagnosed within seconds: what waits for minutes waits for something broken. */
const SLOW_SECONDS = 120

/** Queue, failures and the last uploads, in a box. */
export function healthPanel(
  ingest: IngestHealth | null,
  {
    snapshots,
    snapshotsTotal,
  }: { readonly snapshots: readonly SnapshotItem[]; readonly snapshotsTotal: number },
  now: string,
): Html {
  const figures = ingest && ingestFigures(ingest, now)
  const rows = snapshots.map((snapshot) => snapshotItem(snapshot, now))
  const more = html`<a href="/snapshots">All ${grouped(snapshotsTotal)}</a>`
  const last = html`<p class="quiet">Last upload ${timeMark(snapshots[0]?.receivedAt ?? null, now)}</p>`
  return panel('ingest', 'Snapshots', html`${figures}${last}<ul class="plain">${rows}</ul>`, {
    more,
  })
}

function ingestFigures(ingest: IngestHealth, now: string): Html {
  const waits = secondsBetween(ingest.oldestQueuedAt, now)
  return figureList([
    { name: 'waiting', value: grouped(ingest.queued) },
    { name: 'in work', value: grouped(ingest.processing) },
    { name: 'failed', value: failedCount(ingest.failed), isWrong: ingest.failed > 0 },
    ...(waits === null
      ? []
      : [{ name: 'oldest waits', value: lasted(waits), isWrong: waits > SLOW_SECONDS }]),
  ])
}

function secondsBetween(from: string | null, to: string): number | null {
  return from === null ? null : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
}

function failedCount(failed: number): Html {
  if (failed === 0) return html`0`
  return html`<a href="/snapshots?status=failed">${grouped(failed)}</a>`
}

function snapshotItem({ id, host, name, incidents, receivedAt }: SnapshotItem, now: string): Html {
  return html`
<li><a href="${snapshotPath(id)}">${hostText(host ?? name)}</a>
<span class="quiet">${plural(incidents.length, 'incident')} · ${timeMark(receivedAt, now)}</span></li>`
}
