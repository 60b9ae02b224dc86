import { SEVERITIES } from '../model/diagnosis.ts'
import type { IncidentItem } from '../model/incident.ts'
import { type Html, html } from './html.ts'
import { incidentPath, snapshotPath } from './parts/paths.ts'
import { clipped, instant, plural } from './parts/words.ts'

/** One look at the host: a snapshot, the boot it is of and the kernel that ran. */
export type Look = {
  readonly snapshot: string
  readonly takenAt: string
  readonly boot: string
  readonly kernel: string | null
}

const LANES_MAX = 24
const LANE = 34
const HEAD = 58
const FOOT = 24

/** Where an instant stands, in percent of the width. */
type Scale = (at: string) => number

/**
 * Snapshots, boots and incidents of a host over time, one lane for each incident. Null with fewer
 * than two snapshots: a line through one point tells nothing.
 */
export function hostTimeline(
  looks: readonly Look[],
  incidents: readonly IncidentItem[],
): Html | null {
  const [first, last] = [looks[0], looks.at(-1)]
  if (!first || !last || looks.length < 2 || first.takenAt === last.takenAt) return null
  const shown = lanesOf(incidents, first.takenAt)
  const height = HEAD + shown.length * LANE + FOOT
  const scale = scaleOf(first.takenAt, last.takenAt)
  const boots = bootsOf(looks)
  const says = `${plural(looks.length, 'snapshot')}, ${plural(boots.length - 1, 'reboot')}, ${plural(shown.length, 'incident')}`
  return html`<figure class="chart timeline">
<div class="timeline-box" tabindex="0" role="group" aria-label="Timeline, scrollable">
<svg width="100%" height="${height}" role="group" aria-label="Timeline from ${instant(first.takenAt)} to ${instant(last.takenAt)}: ${says}">
${boots.map((boot, index) => bootBox(boot, scale, { height, isFirst: index === 0 }))}
${shown.map((incident, index) => lane(incident, HEAD + index * LANE, { scale, endsAt: last.takenAt }))}
${looks.map((look) => lookMark(look, scale))}
${axis(first.takenAt, last.takenAt, height)}
</svg></div>
<figcaption class="quiet">Dots are snapshots, a broken line is a reboot, each bar an incident from when it was first to when it was
last seen (UTC).${incidents.length > shown.length ? html` ${plural(incidents.length - shown.length, 'further incident')} not drawn.` : null}</figcaption></figure>`
}

/** Those that reach into the time shown: unresolved first, then the worst. */
function lanesOf(incidents: readonly IncidentItem[], since: string): readonly IncidentItem[] {
  const rank = ({ state, severity }: IncidentItem) =>
    (state === 'resolved' ? SEVERITIES.length : 0) + SEVERITIES.indexOf(severity)
  return incidents
    .filter(({ lastSeen }) => lastSeen >= since)
    .sort((one, other) => rank(one) - rank(other) || one.firstSeen.localeCompare(other.firstSeen))
    .slice(0, LANES_MAX)
}

/** A little room at both ends, so that the first and the last dot are whole. */
function scaleOf(from: string, to: string): Scale {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  return (at) => {
    const part = (Date.parse(at) - start) / (end - start)
    return Math.round((2 + Math.min(Math.max(part, 0), 1) * 95) * 100) / 100
  }
}

type Boot = { readonly from: string; to: string; readonly kernel: string | null }

/** Stretches of one boot and kernel; a snapshot that tells no boot belongs to the one before. */
function bootsOf(looks: readonly Look[]): readonly Boot[] {
  const boots: (Boot & { readonly id: string })[] = []
  for (const { takenAt, boot, kernel } of looks) {
    const last = boots.at(-1)
    if (last && (boot === '' || boot === last.id)) last.to = takenAt
    else boots.push({ id: boot, from: takenAt, to: takenAt, kernel })
  }
  return boots
}

type Area = { readonly height: number; readonly isFirst: boolean }

function bootBox({ from, to, kernel }: Boot, scale: Scale, { height, isFirst }: Area): Html {
  const [left, right] = [scale(from), scale(to)]
  const line = html`<line class="reboot" x1="${left}%" x2="${left}%" y1="4" y2="${height - FOOT}"/>`
  const says = html`<title>kernel ${kernel ?? 'unknown'}, from ${instant(from)} to ${instant(to)}</title>`
  return html`
<g>${says}${isFirst ? null : line}<line class="boot" x1="${left}%" x2="${right}%" y1="40" y2="40"/>
<svg x="${left}%" y="0" width="${Math.max(right - left, 9)}%" height="26"><text class="axis" x="4" y="16">${clipped(kernel ?? '', 40)}</text></svg></g>`
}

function lookMark({ snapshot, takenAt }: Look, scale: Scale): Html {
  return html`
<a href="${snapshotPath(snapshot)}" aria-label="Snapshot of ${instant(takenAt)}"><circle class="look" cx="${scale(takenAt)}%" cy="40" r="5"><title>${instant(takenAt)}</title></circle></a>`
}

type LanePlace = { readonly scale: Scale; readonly endsAt: string }

function lane(incident: IncidentItem, y: number, { scale, endsAt }: LanePlace): Html {
  const { id, title, severity, state, resolution, firstSeen, lastSeen } = incident
  const left = scale(firstSeen)
  const isOpen = state !== 'resolved'
  const right = scale(isOpen ? endsAt : lastSeen)
  const width = Math.max(right - left, 0.8)
  // Words begin where the bar does, unless too little of the picture is left for them.
  const [x, anchor] = left > 60 ? [Math.min(right, 98), 'end'] : [left, 'start']
  const became = isOpen ? state : `${state}${resolution === null ? '' : `: ${resolution}`}`
  return html`
<a class="lane" href="${incidentPath(id)}"><title>${severity}: ${title}, ${became}, ${instant(firstSeen)} to ${instant(lastSeen)}</title>
<text class="lane-name" x="${x}%" y="${y + 12}" text-anchor="${anchor}">${clipped(title, 60)}</text>
<rect class="fill-${severity}${isOpen ? '' : ' over'}" x="${left}%" y="${y + 17}" width="${Math.round(width * 100) / 100}%" height="9" rx="3"/></a>`
}

function axis(from: string, to: string, height: number): Html {
  const y = height - 6
  return html`
<text class="axis" x="0" y="${y}">${instant(from).slice(0, 16)}</text><text class="axis" x="100%" y="${y}" text-anchor="end">${instant(to).slice(0, 16)}</text>`
}
