import type { Severity } from '../../model/diagnosis.ts'
import type { IncidentSummary } from '../../model/incident.ts'
import { visible } from '../html.ts'
import { capital, grouped, plural } from '../parts/words.ts'
import { advance, blankPicture, type Colour, fill, type Picture, wrapped, write } from './canvas.ts'

/** What chats take for a large picture. */
const WIDTH = 1200
const HEIGHT = 630

// Numbers of colours; 0 is the ground.
const INK = 1
const SOFT = 2
const MARK = 3
const ON_MARK = 4

const SEVERITY_COLOURS: Readonly<Record<Severity, Colour>> = {
  critical: [255, 107, 115],
  high: [255, 154, 82],
  medium: [229, 189, 61],
  low: [99, 183, 214],
  info: [152, 164, 174],
}
const RESOLVED: Colour = [99, 201, 143]

/** How often its signature is found now. */
export type CardCounts = { readonly open: number; readonly openHosts: number }

const MARGIN = 64

/** The picture a chat shows of an incident: how bad, what, where, and how many alike. */
export function incidentCard(incident: IncidentSummary, counts: CardCounts | null): Picture {
  const { severity, state, resolution, verdict, title, host, kernel, signature } = incident
  const mark = state === 'resolved' ? RESOLVED : SEVERITY_COLOURS[severity]
  const colours: readonly Colour[] = [
    [14, 19, 23],
    [232, 230, 223],
    [154, 166, 176],
    mark,
    [14, 19, 23],
  ]
  const picture = blankPicture(WIDTH, HEIGHT, colours)
  fill(picture, { x: 0, y: 0, width: 24, height: HEIGHT }, MARK)
  const status = resolution === null ? state : `${state}: ${resolution}`
  pill(picture, `${severity} \u00b7 ${verdict} \u00b7 ${status}`.toUpperCase())
  lines(picture, wrapped(shown(title), 26, 3), 150, { scale: 7, colour: INK })
  lines(picture, wrapped(host === null ? 'host unknown' : `on ${shown(host)}`, 36, 1), 372, {
    scale: 5,
    colour: MARK,
  })
  lines(picture, wrapped(`kernel ${shown(kernel ?? 'unknown')}`, 46, 1), 430, {
    scale: 4,
    colour: SOFT,
  })
  const fleet =
    counts === null
      ? ''
      : `: ${grouped(counts.open)} open now on ${plural(counts.openHosts, 'host')}`
  lines(picture, wrapped(shown(signature) + fleet, 46, 2), 490, { scale: 4, colour: INK })
  lines(picture, [capital('hangar')], 572, { scale: 4, colour: SOFT })
  return picture
}

function pill(picture: Picture, text: string): void {
  const scale = 4
  const width = text.length * advance(scale) + 28
  fill(picture, { x: MARGIN, y: 56, width, height: 56 }, MARK)
  write(picture, text, { x: MARGIN + 16, y: 70 }, { scale, colour: ON_MARK })
}

function lines(
  picture: Picture,
  texts: readonly string[],
  top: number,
  style: { readonly scale: number; readonly colour: number },
): void {
  for (const [index, text] of texts.entries()) {
    write(picture, text, { x: MARGIN, y: top + index * style.scale * 10 }, style)
  }
}

/** On one line, in characters that the letters here have a drawing for, as far as they go. */
function shown(text: string): string {
  return visible(text.replace(/\s+/g, ' ').trim())
    .slice(0, 400)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
}
