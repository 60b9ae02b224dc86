import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Frame } from '../../src/model/frame.ts'
import type { Report } from '../../src/model/report.ts'
import type { Stack } from '../../src/model/stack.ts'
import type { Task } from '../../src/model/task.ts'
import { parseFrame } from '../../src/parse/frame-line.ts'
import { parseGoroutines } from '../../src/parse/goroutines.ts'
import { parseKernelLog } from '../../src/parse/log/kernel-log.ts'
import { parseText } from '../../src/parse/text.ts'

/** What each kind of sample is read by, in the short form that its expectation holds. */
const READERS: Readonly<Record<string, (text: string, file: string) => unknown>> = {
  frame: (text) =>
    text.split('\n').map((line) => `${line.trim()} -> ${frameText(parseFrame(line))}`),
  goroutines: (text, file) => parseGoroutines(text, file),
  log: (text, file) => {
    const { value, faults } = parseKernelLog(text, file)
    return { ...value, reports: value.reports.map(shortReport), faults }
  },
  text: (text, file) => {
    const { value, faults } = parseText(text, file)
    return {
      ...value,
      tasks: value.tasks.map(shortTask),
      reports: value.reports.map(shortReport),
      faults,
    }
  },
}

const asJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

for (const [kind, read] of Object.entries(READERS)) {
  for (const sample of globSync(`samples/${kind}/*.txt`)) {
    test(`${sample} is read as expected`, (t) => {
      const name = sample.split('/').at(-1) ?? ''
      const value = read(readFileSync(sample, 'utf8'), name)
      t.assert.fileSnapshot(value, sample.replace(/\.txt$/, '.expect.json'), {
        serializers: [asJson],
      })
    })
  }
}

test('a frame line in an expectation names its own text', () => {
  const { value } = parseKernelLog('[ 1.000000] Call Trace:\n[ 1.000001]  a_b+0x1/0x2\n', 'x')
  const [report] = value.reports
  assert.deepEqual(report?.stack?.text, ['a_b+0x1/0x2'])
  assert.deepEqual(report?.stackFrom, { file: 'x', line: 2 })
})

/** A report without what is null or empty, its stack one line a frame. */
function shortReport({ stack, ...report }: Report) {
  return { ...told(report), ...(stack && { stack: shortStack(stack) }) }
}

function shortTask({ stack, ...task }: Task) {
  return { ...told(task), ...(stack && { stack: shortStack(stack) }) }
}

function told(value: object) {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([, part]) => part !== null && !(Array.isArray(part) && part.length === 0),
    ),
  )
}

function shortStack({ frames, lineOffsets }: Stack) {
  return frames.map((frame, index) => `${lineOffsets[index]}: ${frameText(frame)}`)
}

function frameText(frame: Frame | null): string {
  if (!frame) return 'none'
  const { symbol, offset, size, module, reliable } = frame
  const place = offset === null ? '' : `+${offset}${size === null ? '' : `/${size}`}`
  return `${reliable ? '' : '? '}${symbol}${place}${module === null ? '' : ` [${module}]`}`
}
