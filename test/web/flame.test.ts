import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Frame } from '../../src/model/frame.ts'
import { flameFigure } from '../../src/web/flame.ts'
import { readMarkup } from './markup.ts'

/** A stack of these functions, innermost first. */
function stackOf(...symbols: readonly string[]): readonly Frame[] {
  return symbols.map((symbol) => ({ symbol, offset: 1, size: 2, module: null, reliable: true }))
}

function cellsOf(stacks: Parameters<typeof flameFigure>[0]) {
  const markup = flameFigure(stacks, 'Tasks')?.markup ?? '<p></p>'
  return readMarkup(markup)
    .filter(({ attributes }) => attributes.get('class') === 'flame-cell')
    .map(({ attributes, text }) => ({
      width: attributes.get('width'),
      left: attributes.get('x'),
      y: Number(attributes.get('y')),
      text,
    }))
}

test('stacks are merged from their outermost frame, and a box is as wide as its tasks', () => {
  const cells = cellsOf([
    { stack: stackOf('fuse_flush', 'do_exit'), class: 'fuse', tasks: 3 },
    { stack: stackOf('futex_wait', 'do_exit'), class: 'futex', tasks: 1 },
  ])
  assert.deepEqual(
    cells.map(({ left, width }) => `${left} ${width}`),
    ['0% 100%', '0% 100%', '0% 75%', '75% 25%'],
  )
  assert.ok(cells[1]?.text.includes('do_exit: 4 tasks of 4'))
  assert.ok(cells.every(({ y }, index) => index === 0 || y > 0))
})

test('thousands of stacks stay one picture of bounded size, and none is no picture', () => {
  const stacks = Array.from({ length: 4000 }, (_, index) => ({
    stack: stackOf(...Array.from({ length: 60 }, (_, depth) => `f${index}_${depth}`)),
    class: null,
    tasks: index % 50 === 0 ? 400 : 1,
  }))
  assert.ok(cellsOf(stacks).length <= 900)
  assert.equal(flameFigure([], 'Tasks'), null)
})
