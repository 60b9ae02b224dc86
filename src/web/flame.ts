import { type Frame, plainSymbol } from '../model/frame.ts'
import { type Html, html } from './html.ts'
import { clipped, grouped, plural } from './parts/words.ts'
import { type WaitGroup, waitGroupOf } from './wait-groups.ts'

/** Tasks that stand in one stack. */
export type FlameStack = {
  readonly stack: readonly Frame[]
  /** What they wait for. */
  readonly class: string | null
  readonly tasks: number
}

/** One function as called by the functions above it, with all tasks below it. */
type FlameNode = {
  readonly symbol: string
  tasks: number
  /** Tasks of each class that stand below it. */
  readonly classes: Map<string, number>
  readonly children: Map<string, FlameNode>
}

/** Deeper frames than these are the same few everywhere. */
const DEPTH_MAX = 28
/** What is narrower than this part of the whole cannot be seen, let alone read. */
const SHARE_MIN = 0.0015
const ROW = 21

/**
 * Who waits in what, as boxes: the outermost function above, what it called below, each as wide as
 * the tasks in it. Null without a stack.
 */
export function flameFigure(stacks: readonly FlameStack[], label: string): Html | null {
  const root = growTree(stacks)
  if (root.tasks === 0) return null
  const cells = layOut(root)
  const depth = Math.max(...cells.map((cell) => cell.depth)) + 1
  const groups = [...new Set(cells.map(({ group }) => group))]
  return html`<figure class="chart flame" data-flame>
<div class="flame-box" tabindex="0" role="group" aria-label="${label}, scrollable">
<svg width="100%" height="${depth * ROW}" role="img" aria-label="${label}: ${plural(root.tasks, 'task')}; the list of stacks says the same in words">
${cells.map((cell) => cellBox(cell, root.tasks))}
</svg></div>
<figcaption><ul class="legend">${groups.map(legendItem)}</ul>
<p class="quiet">Each box is a function, below it what it called; as wide as the tasks that wait in it.
<span class="script-only">A click looks closer, a click on the first box goes back.</span></p></figcaption></figure>`
}

function growTree(stacks: readonly FlameStack[]): FlameNode {
  const root = newNode('all tasks')
  for (const { stack, class: waitClass, tasks } of stacks) {
    if (stack.length === 0) continue
    let node = root
    count(node, waitClass, tasks)
    for (const { symbol } of stack.slice(-DEPTH_MAX).reverse()) {
      const name = plainSymbol(symbol)
      const child = node.children.get(name) ?? newNode(name)
      node.children.set(name, child)
      count(child, waitClass, tasks)
      node = child
    }
  }
  return root
}

function newNode(symbol: string): FlameNode {
  return { symbol, tasks: 0, classes: new Map(), children: new Map() }
}

function count(node: FlameNode, waitClass: string | null, tasks: number): void {
  node.tasks += tasks
  const name = waitClass ?? 'unknown'
  node.classes.set(name, (node.classes.get(name) ?? 0) + tasks)
}

type Cell = {
  readonly symbol: string
  readonly tasks: number
  readonly depth: number
  /** Left edge and width, as parts of the whole. */
  readonly left: number
  readonly share: number
  readonly group: WaitGroup
}

const CELLS_MAX = 900

/** Boxes from above, the most tasks left; those too narrow to be seen are left out. */
function layOut(root: FlameNode): readonly Cell[] {
  const cells: Cell[] = []
  const queue = [{ node: root, depth: 0, left: 0 }]
  for (const { node, depth, left } of queue) {
    const share = node.tasks / root.tasks
    if (share < SHARE_MIN || cells.length >= CELLS_MAX) continue
    cells.push({
      symbol: node.symbol,
      tasks: node.tasks,
      depth,
      left,
      share,
      group: waitGroupOf(mostOf(node.classes)),
    })
    let at = left
    const children = [...node.children.values()].sort((one, other) => other.tasks - one.tasks)
    for (const child of children) {
      queue.push({ node: child, depth: depth + 1, left: at })
      at += child.tasks / root.tasks
    }
  }
  return cells
}

function mostOf(classes: ReadonlyMap<string, number>): string | null {
  const [first] = [...classes].sort(([, one], [, other]) => other - one)
  return first?.[0] ?? null
}

function cellBox({ symbol, tasks, depth, left, share, group }: Cell, all: number): Html {
  const [x, width] = [percent(left), percent(share)]
  const says = `${symbol}: ${plural(tasks, 'task')} of ${grouped(all)}`
  return html`
<svg class="flame-cell" x="${x}" y="${depth * ROW}" width="${width}" height="${ROW}" data-left="${round(left)}" data-share="${round(share)}" data-depth="${depth}"><title>${says}</title>
<rect class="${depth === 0 ? 'fill-ground' : group.fill}" width="100%" height="${ROW - 1}" rx="2"/><text x="5" y="14.5" font-size="12">${clipped(symbol, 80)}</text></svg>`
}

function legendItem({ name, fill }: WaitGroup): Html {
  const patch = html`<rect class="${fill}" width="10" height="10" rx="2"/>`
  return html`<li><svg width="10" height="10" aria-hidden="true">${patch}</svg>${name}</li>`
}

function percent(part: number): string {
  return `${Math.round(part * 10_000) / 100}%`
}

function round(part: number): number {
  return Math.round(part * 100_000) / 100_000
}
