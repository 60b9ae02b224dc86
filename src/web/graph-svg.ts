import { Graph, layout } from '@dagrejs/dagre'
import type { IncidentTask, WaitGraph } from '../model/diagnosis.ts'
import { foldGraph, type ShownEdge, type ShownGraph, type ShownNode } from './graph-fold.ts'
import { kindClass, shapeOf } from './graph-shapes.ts'
import { graphCaption, graphInWords } from './graph-words.ts'
import { type Html, html } from './html.ts'
import { clipped, plural, spaced } from './parts/words.ts'

type Point = { readonly x: number; readonly y: number }
type PlacedNode = ShownNode & Point
type PlacedEdge = ShownEdge & { readonly points: readonly Point[]; readonly label: Point }
type Placed = {
  readonly width: number
  readonly height: number
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
}

const BOX = { width: 220, height: 66 }
const MARGIN = 18
/** Characters of 13 pixel type that fit a line of a box. */
const LINE_CHARS = 24

/**
 * The wait-for graph as a picture: who waits stands above what is waited for, or left of it. Folded
 * where it is large; told in words below it, where nothing is folded. Null where nobody waits for
 * another: a picture of one box says nothing.
 */
export function graphFigure(
  graph: WaitGraph,
  tasks: readonly IncidentTask[],
  idPrefix: string,
): Html | null {
  if (graph.edges.length === 0) return null
  const shown = foldGraph(graph, tasks)
  const placed = placeWell(shown)
  const box = html`<div class="graph-box" tabindex="0" role="group" aria-label="Wait-for graph, scrollable">
${picture(placed, graph.cycle, idPrefix)}</div>`
  return html`<figure class="graph">${box}
${graphCaption(shown, graph.cycle)}
${graphInWords(graph)}
</figure>`
}

/** A picture wider than this does not fit the page beside its facts. */
const WIDTH_MAX = 1000

/** Downwards; where many stand beside each other that is too wide, and it grows to the right. */
function placeWell(shown: ShownGraph): Placed {
  const down = place(shown, DOWN)
  if (down.width <= WIDTH_MAX) return down
  const across = place(shown, ACROSS)
  return across.width < down.width ? across : down
}

const MARGINS = { marginx: MARGIN, marginy: MARGIN } as const
const DOWN = { rankdir: 'TB', nodesep: 36, ranksep: 46, ...MARGINS } as const
const ACROSS = { rankdir: 'LR', nodesep: 24, ranksep: 22, ...MARGINS } as const

function place(shown: ShownGraph, direction: typeof DOWN | typeof ACROSS): Placed {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ ...direction })
  graph.setDefaultEdgeLabel(() => ({}))
  // Nodes go by their place in the list: an id is text of a host, and could be any word.
  const names = new Map(shown.nodes.map(({ id }, index) => [id, `${index}`]))
  const nameOf = (id: string) => names.get(id) ?? id
  for (const name of names.values()) graph.setNode(name, { ...BOX })
  for (const [index, { from, to, kind }] of shown.edges.entries()) {
    const size = { width: kind.length * 7 + 10, height: 18, labelpos: 'c' as const }
    graph.setEdge(nameOf(from), nameOf(to), size, `${index}`)
  }
  layout(graph)
  const { width = 0, height = 0 } = graph.graph()
  return {
    width,
    height,
    nodes: shown.nodes.map((node) => ({ ...node, ...pointOf(graph.node(nameOf(node.id))) })),
    edges: shown.edges.map((edge, index) => {
      const line = graph.edge(nameOf(edge.from), nameOf(edge.to), `${index}`)
      return { ...edge, points: (line?.points ?? []).map(pointOf), label: pointOf(line) }
    }),
  }
}

function pointOf(at: { x?: number; y?: number } | undefined): Point {
  return { x: rounded(at?.x ?? 0), y: rounded(at?.y ?? 0) }
}

function picture({ width, height, nodes, edges }: Placed, cycle: boolean, prefix: string): Html {
  const arrow = `${prefix}-arrow`
  const says = `${plural(nodes.length, 'node')}, ${plural(edges.length, 'edge')}${cycle ? ', with a cycle' : ''}`
  const [w, h] = [Math.ceil(width), Math.ceil(height)]
  const fit = width <= SHRINKABLE_MAX ? 'fits' : 'scrolls'
  return html`<svg class="${fit}" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="Wait-for graph: ${says}" font-family="sans-serif">
<defs>${arrowHead(arrow, 'edge-head')}${arrowHead(`${arrow}-cycle`, 'edge-head cycle')}</defs>
${edges.map((edge) => edgeLine(edge, edge.inCycle ? `${arrow}-cycle` : arrow))}
${nodes.map(nodeBox)}
${edges.map(edgeLabel)}
</svg>`
}

/** Up to this width the words stay legible where the picture is shrunk to its box. */
const SHRINKABLE_MAX = 1400

function arrowHead(id: string, className: string): Html {
  return html`
<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse">
<path class="${className}" d="M0 .5 10 5 0 9.5 2.5 5z"/></marker>`
}

function edgeLine({ points, inCycle, kind, evidence }: PlacedEdge, arrow: string): Html {
  const width = inCycle ? 3 : 1.5
  return html`
<g class="${inCycle ? 'edge cycle' : 'edge'}"><title>${spaced(kind)}: ${evidence}</title>
<path d="${curve(points)}" fill="none" stroke="#667" stroke-width="${width}" marker-end="url(#${arrow})"/></g>`
}

/** A line through the middles of the segments, bent at the points that layout gave. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points
  const last = rest.at(-1)
  if (!first || !last) return ''
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last
    return `Q${point.x} ${point.y} ${rounded((point.x + next.x) / 2)} ${rounded((point.y + next.y) / 2)}`
  })
  return `M${first.x} ${first.y}${bends.join('')}L${last.x} ${last.y}`
}

/** Its halo, in the colour of the ground, keeps the line out of the words. */
function edgeLabel({ label, kind, inCycle, evidence }: PlacedEdge): Html {
  const name = inCycle ? 'edge-label cycle' : 'edge-label'
  return html`
<text class="${name}" x="${label.x}" y="${label.y + 4}" text-anchor="middle" font-size="12" stroke="#fff" stroke-width="8" stroke-linejoin="round" paint-order="stroke" fill="#445">${spaced(kind)}${inCycle ? ' ⟳' : null}<title>${evidence}</title></text>`
}

function nodeBox(node: PlacedNode): Html {
  const classes = ['node', kindClass(node.kind), `part-${node.part}`]
  if (node.inCycle) classes.push('cycle')
  if (node.folded.length > 0) classes.push('folded')
  const [x, y] = [rounded(node.x - BOX.width / 2), rounded(node.y - BOX.height / 2)]
  return html`
<g class="${classes.join(' ')}" transform="translate(${x} ${y})"><title>${nodeTitle(node)}</title>
${nodeShape(node)}
<text class="kind" x="16" y="24" font-size="11">${spaced(node.kind)}</text>${roleTag(node)}${nodeLabel(node)}</g>`
}

/** The outline of its kind; many that stand as one have another behind them. */
function nodeShape({ kind, part, folded }: PlacedNode): Html {
  const { outline, inner } = shapeOf(kind)
  const d = outline(BOX)
  const behind = html`<path class="shadow" transform="translate(6 6)" d="${d}" fill="#fff" stroke="#99a"/>`
  const lines = inner && html`<path class="inner" d="${inner(BOX)}" fill="none" stroke="#889"/>`
  const width = part === 'culprit' ? 3 : 1.5
  return html`${folded.length > 0 ? behind : null}<path class="outline" d="${d}" fill="#fff" stroke="#556" stroke-width="${width}"/>${lines}`
}

function nodeTitle({ kind, label, role, folded, inCycle }: ShownNode): string {
  const names = folded.length > 0 ? `: ${folded.slice(0, 60).join(', ')}` : ''
  return `${spaced(kind)} ${label}${names}${role === null ? '' : ` (${role})`}${inCycle ? ', in the cycle' : ''}`
}

/** The role in a box that straddles the upper edge; the culprit's also has a cross. */
function roleTag({ role, part, inCycle }: ShownNode): Html | null {
  if (role === null && !inCycle) return null
  const words = [part === 'culprit' ? `✕ ${role}` : role, inCycle ? '⟳' : null]
  const text = clipped(words.filter((word) => word !== null).join('  '), 20)
  const width = rounded(text.length * 7.2 + 14)
  const x = rounded(BOX.width - width - 12)
  const middle = rounded(x + width / 2)
  return html`
<rect class="role-tag" x="${x}" y="-10" width="${width}" height="20" rx="10" fill="#445"/>
<text class="role-name" x="${middle}" y="4" text-anchor="middle" font-size="11.5" font-weight="600" fill="#fff">${text}</text>`
}

function nodeLabel({ label }: ShownNode): Html {
  const [first, second] = linesOf(label)
  if (second === null) return labelLine(first, 46)
  return html`${labelLine(first, 41)}${labelLine(second, 57)}`
}

function labelLine(text: string, y: number): Html {
  return html`
<text class="label" x="16" y="${y}" font-size="13" font-family="monospace">${text}</text>`
}

/** One or two lines, cut where a blank allows it; the whole label is in the title. */
function linesOf(label: string): readonly [string, string | null] {
  if (label.length <= LINE_CHARS) return [label, null]
  const blank = label.lastIndexOf(' ', LINE_CHARS)
  const end = blank > LINE_CHARS / 2 ? blank : LINE_CHARS
  return [label.slice(0, end), clipped(label.slice(end).trimStart(), LINE_CHARS)]
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
