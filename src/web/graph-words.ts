import type { GraphEdge, WaitGraph } from '../model/diagnosis.ts'
import type { ShownGraph } from './graph-fold.ts'
import { kindClass, shapeOf } from './graph-shapes.ts'
import { type Html, html } from './html.ts'
import { type Column, dataTable } from './parts/table.ts'
import { clipped, plural, spaced } from './parts/words.ts'

/** What the picture means, and what its shapes stand for. */
export function graphCaption(shown: ShownGraph, cycle: boolean): Html {
  const folded = shown.nodes.reduce((sum, node) => sum + node.folded.length, 0)
  const kinds = [...new Set(shown.nodes.map(({ kind }) => kind))]
  const says = [
    cycle
      ? 'Thick edges marked ⟳ lead back to where they begin: nobody on them can go on.'
      : 'An arrow leads from who waits to what is waited for.',
    folded > 0 && `${plural(folded, 'task')} alike ${folded === 1 ? 'is' : 'are'} drawn as one.`,
    shown.left > 0 &&
      `${plural(shown.left, 'further node')} ${shown.left === 1 ? 'is' : 'are'} not drawn.`,
  ].filter((sentence) => sentence !== false)
  return html`<figcaption><p>${says.join(' ')}</p>
<ul class="legend">${kinds.map(legendItem)}</ul></figcaption>`
}

const LEGEND_BOX = { width: 236, height: 132 }

function legendItem(kind: string): Html {
  const { outline, inner } = shapeOf(kind)
  const lines =
    inner &&
    html`<path class="inner" d="${inner(LEGEND_BOX)}" fill="none" stroke="#889" stroke-width="8"/>`
  return html`
<li><svg viewBox="-6 -8 248 150" width="30" height="18" aria-hidden="true"><g class="node ${kindClass(kind)}">
<path class="outline" d="${outline(LEGEND_BOX)}" fill="#fff" stroke="#556" stroke-width="10"/>${lines}</g></svg>${spaced(kind)}</li>`
}

const WORDS_MAX = 200

/** Every edge as a sentence: what the picture says to those who do not see it, unfolded. */
export function graphInWords({ nodes, edges }: WaitGraph): Html {
  const labels = new Map(nodes.map(({ id, label }) => [id, label]))
  const nameOf = (id: string) => html`<code>${clipped(labels.get(id) ?? id, 120)}</code>`
  const columns: readonly Column<GraphEdge>[] = [
    { head: 'From', cell: ({ from }) => nameOf(from) },
    { head: 'How', cell: ({ kind }) => spaced(kind) },
    { head: 'To', cell: ({ to }) => nameOf(to) },
    { head: 'Because', cell: ({ evidence }) => clipped(evidence, 400) },
  ]
  const left = edges.length - WORDS_MAX
  return html`<details><summary>The graph in words</summary>
${dataTable({ caption: null, columns, items: edges.slice(0, WORDS_MAX) })}
${left > 0 ? html`<p class="quiet">and ${plural(left, 'edge')} more, in the JSON</p>` : null}
</details>`
}
