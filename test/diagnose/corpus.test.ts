import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isExiting, type WaitHint, waitOf } from '../../src/diagnose/waits/waits.ts'
import { plainSymbol } from '../../src/model/frame.ts'
import type { Stack } from '../../src/model/stack.ts'
import type { Wait } from '../../src/model/wait.ts'
import { parseText } from '../../src/parse/text.ts'

// Stacks that people pasted into tickets and lists, with what experts said of them. They are not part of
// this project, so that the test runs where they lie beside it and is skipped elsewhere.
const CORPUS = new URL('../../../shared/corpus/stacks/', import.meta.url)
const skip = existsSync(new URL('labels.jsonl', CORPUS)) ? false : 'no corpus beside the project'

type Label = {
  readonly file: string
  readonly format: string
  readonly classes: readonly string[] | null
  readonly context: string | null
  readonly event: string | null
  readonly exiting: boolean | null
  readonly blocked: boolean
  readonly function: string | null
}
type Answer = { readonly stack: Stack; readonly wait: Wait | null; readonly exiting: boolean }

test('stacks of the corpus are read as experts read them', { skip }, (t) => {
  const labels: Label[] = readFileSync(new URL('labels.jsonl', CORPUS), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const shares: Record<string, number> = {}
  for (const [question, ask] of Object.entries(QUESTIONS)) {
    const asked = labels
      .filter(({ event }) => event === null)
      .map((label) => ask(label, answersTo(label)))
      .filter((right) => right !== null)
    shares[question] = asked.filter((right) => right).length / asked.length
  }
  t.diagnostic(JSON.stringify(shares))
  for (const [question, goal] of Object.entries(GOALS)) {
    assert.ok((shares[question] ?? 0) >= goal, `${question}: ${shares[question]}`)
  }
})

const GOALS = { class: 0.97, function: 0.95, context: 0.97, exiting: 0.99, blocked: 0.97 }

/** A case is right when any of its tasks answers right; null where the label does not ask. */
const QUESTIONS: Readonly<
  Record<keyof typeof GOALS, (label: Label, answers: readonly Answer[]) => boolean | null>
> = {
  class: ({ classes }, answers) =>
    classes && answers.some(({ wait }) => wait !== null && classes.includes(wait.class)),
  function: (label, answers) =>
    label.function === null || !label.blocked
      ? null
      : answers.some((answer) => isNamed(answer, plainSymbol(label.function ?? ''))),
  context: ({ context }, answers) =>
    context === null ? null : answers.some(({ wait }) => wait?.context === context),
  exiting: (label, answers) =>
    label.exiting === null
      ? null
      : label.exiting
        ? answers.some(({ exiting }) => exiting)
        : answers.every(({ exiting }) => !exiting),
  blocked: (label, answers) =>
    label.format === 'goroutine'
      ? null
      : label.blocked
        ? answers.some(({ wait }) => wait?.blocked === true)
        : answers.every(({ wait }) => wait?.blocked !== true),
}

/** Hit by function or primitive, or at most three frames above the function. */
function isNamed({ stack, wait }: Answer, wanted: string): boolean {
  if (wait === null) return false
  if (wanted === wait.function || wanted === wait.primitive) return true
  const symbols = stack.frames.map(({ symbol }) => plainSymbol(symbol))
  const at = symbols.indexOf(wanted)
  const end = symbols.indexOf(wait.function)
  return at >= symbols.indexOf(wait.primitive) && at <= end && end - at <= 3
}

function answersTo({ file }: Label): readonly Answer[] {
  const { value } = parseText(readFileSync(new URL(file, CORPUS), 'utf8'), file)
  return [...value.tasks, ...value.reports].flatMap(({ stack, state, kthread, comm }) => {
    const hint: WaitHint = { state, kthread, comm, wchan: null }
    return stack ? [{ stack, wait: waitOf(stack, hint), exiting: isExiting(stack) }] : []
  })
}
