import type { SnapshotItem, SnapshotStatus } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { foundCount, hostCode, hostLink, hostText, timeMark } from './marks.ts'
import { snapshotPath } from './paths.ts'
import { type Column, dataTable } from './table.ts'
import { bytes, grouped } from './words.ts'

const STATUS_GLYPHS: Readonly<Record<SnapshotStatus, string>> = {
  queued: '…',
  processing: '⟳',
  done: '✓',
  failed: '✕',
}

export function statusMark(status: SnapshotStatus): Html {
  const glyph = html`<span aria-hidden="true">${STATUS_GLYPHS[status]}</span>`
  return html`<span class="mark status-${status}">${glyph} ${status}</span>`
}

/** Stored bundles as rows. */
export function snapshotTable(items: readonly SnapshotItem[], now: string): Html {
  return html`<div class="panel flush">${dataTable({ caption: 'Snapshots', columns: columnsOf(now), items })}</div>`
}

function columnsOf(now: string): readonly Column<SnapshotItem>[] {
  return [
    {
      head: 'Taken',
      cell: ({ id, collectedAt, receivedAt }) =>
        html`<a href="${snapshotPath(id)}">${timeMark(collectedAt ?? receivedAt, now)}</a>`,
    },
    { head: 'Host', cell: ({ host }) => hostLink(host) },
    {
      head: 'Bundle',
      cell: ({ name, sizeBytes }) =>
        html`${hostText(name)} <span class="quiet">${bytes(sizeBytes)}</span>`,
    },
    { head: 'Status', cell: ({ status }) => statusMark(status) },
    {
      head: 'Incidents',
      isNumber: true,
      cell: ({ status, incidents }) => (status === 'done' ? foundCount(incidents.length) : null),
    },
    { head: 'Tasks', isNumber: true, cell: ({ counts }) => counts && grouped(counts.tasks) },
    { head: 'Blocked', isNumber: true, cell: ({ counts }) => counts && grouped(counts.blocked) },
    { head: 'Kernel', cell: ({ kernel }) => hostCode(kernel) },
  ]
}
