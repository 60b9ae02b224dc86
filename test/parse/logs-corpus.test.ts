import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isExiting } from '../../src/diagnose/waits/waits.ts'
import { parseText } from '../../src/parse/text.ts'

// Real texts of kernel lists, labelled by hand. They are other people's, so they are not in this
// repository; a checkout that has them beside it reads them all.
const CORPUS = '../shared/corpus/stacks'
const isHere = existsSync(`${CORPUS}/labels.jsonl`)

type Label = {
  readonly file: string
  readonly format: string
  readonly category: string
  readonly event: string | null
  readonly exiting: boolean | null
}

// The label of a fault is `oops`, whichever of the kernel's own kinds it is.
const KINDS_OF: Readonly<Record<string, readonly string[]>> = {
  oops: ['oops', 'gpf', 'bug', 'kasan'],
}

function labels(): readonly Label[] {
  return readFileSync(`${CORPUS}/labels.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('every labelled real text is read', { skip: isHere ? false : `no ${CORPUS}` }, () => {
  for (const label of labels()) {
    const { value, faults } = parseText(readFileSync(`${CORPUS}/${label.file}`, 'utf8'), label.file)
    const all = [...value.tasks, ...value.reports].filter(({ stack }) => stack !== null)
    if (label.category === 'trace-not-a-wait') assert.equal(all.length, 0, label.file)
    else assert.ok(all.length > 0, `${label.file}: no stack`)
    assert.deepEqual(faults, [], label.file)
    if (label.event !== null) {
      const kinds = KINDS_OF[label.event] ?? [label.event]
      assert.ok(
        value.reports.some(({ kind }) => kinds.includes(kind)),
        `${label.file}: no ${label.event}`,
      )
    } else if (label.exiting !== null) {
      const exiting = [
        ...value.tasks.map(({ stack, exitingFlag }) => exitingFlag || (stack && isExiting(stack))),
        ...value.reports.map(
          ({ stack, exitingFlag }) => exitingFlag || (stack && isExiting(stack)),
        ),
      ]
      assert.equal(exiting.includes(true), label.exiting, `${label.file}: exiting`)
    }
  }
})
