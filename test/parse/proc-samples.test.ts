import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { PARSERS, type Parser } from '../../src/parse/index.ts'

// Every format of /proc and its neighbours: what each sample is read as, and laws that hold for any
// text. Logs, goroutines and pasted texts have the same tests with samples of their own.

const OTHERS = new Set(['kernel-log', 'goroutines', 'text'])
const ROWS: readonly (readonly [string, Parser])[] = Object.entries(PARSERS)

for (const [kind, parse] of ROWS.filter(([name]) => !OTHERS.has(name))) {
  const samples = globSync(`samples/${kind}/*.txt`).sort()

  test(`${kind} has samples`, () => assert.ok(samples.length > 0))

  for (const sample of samples) {
    const text = readFileSync(sample, 'utf8')

    test(sample, (t) => {
      t.assert.fileSnapshot(
        parse(text, basename(sample)),
        sample.replace(/\.txt$/, '.expect.json'),
        {
          serializers: [(value) => `${JSON.stringify(value, null, 2)}\n`],
        },
      )
    })

    test(`${sample}: cut anywhere, it is still read, and every fault names a line of it`, () => {
      for (let end = 0; end <= text.length; end += 1) {
        const cut = text.slice(0, end)
        const lineCount = cut.split('\n').length
        for (const { line, found } of parse(cut, sample).faults) {
          assert.ok(line >= 1 && line <= lineCount)
          assert.ok(found.length <= 80)
        }
      }
    })
  }

  test(`${kind}: lines of noise are read without a throw`, () => {
    for (const noise of [
      '\0\0\0',
      ':::\n\n:',
      ' '.repeat(5000),
      '('.repeat(5000),
      'State:\t\n',
      '\ud800',
    ]) {
      parse(noise, 'noise')
    }
  })
}
