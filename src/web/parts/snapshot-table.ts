import type { SnapshotItem, SnapshotStatus } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import { hostCode, hostText, timeMark } from './marks.ts'
import { hostPath, snapshotPath } from './paths.ts'
import { bytes, grouped } from './words.ts'

const STATUS_GLYPHS: Readonly<Record<SnapshotStatus, string>> = {
  queued: '…',
  processing: '⟳',
  done: '✓',
  failed: '✕',
}

export function statusMark(status: SnapshotStatus): Html {
  return html`<span class="mark status-${status}"><span aria-hidden="true">${STATUS_GLYPHS[status]}</span> ${status}</span>`
}

/** Stored bundles as rows. */
export function snapshotTable(snapshots: readonly SnapshotItem[], now: string): Html {
  return html`<div class="scroll panel flush"><table class="snapshots"><thead><tr><th scope="col">Taken</th><th scope="col">Host</th><th scope="col">Bundle</th><th scope="col">Status</th><th scope="col" class="number">Incidents</th><th scope="col" class="number">Tasks</th><th scope="col" class="number">Blocked</th><th scope="col">Kernel</th></tr></thead><tbody>${snapshots.map((snapshot) => snapshotRow(snapshot, now))}</tbody></table></div>`
}

function snapshotRow(snapshot: SnapshotItem, now: string): Html {
  const { host, counts, status } = snapshot
  return html`<tr data-row><td><a href="${snapshotPath(snapshot.id)}">${timeMark(snapshot.collectedAt ?? snapshot.receivedAt, now)}</a></td><td>${host === null ? hostText(null) : html`<a href="${hostPath(host)}">${hostText(host)}</a>`}</td><td><span class="cut">${hostText(snapshot.name)}</span> <span class="quiet">${bytes(snapshot.sizeBytes)}</span></td><td>${statusMark(status)}</td><td class="number">${snapshot.incidents.length > 0 ? html`<strong class="open-count">${grouped(snapshot.incidents.length)}</strong>` : html`<span class="quiet">${status === 'done' ? '0' : ''}</span>`}</td><td class="number">${counts === null ? null : grouped(counts.tasks)}</td><td class="number">${counts === null ? null : grouped(counts.blocked)}</td><td>${hostCode(snapshot.kernel)}</td></tr>`
}
