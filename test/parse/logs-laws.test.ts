import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Fault } from '../../src/model/parsed.ts'
import { parseFrame } from '../../src/parse/frame-line.ts'
import { parseGoroutines } from '../../src/parse/goroutines.ts'
import { parseKernelLog } from '../../src/parse/log/kernel-log.ts'
import { parseText } from '../../src/parse/text.ts'

// Laws that hold for each parser of text and any input, so that a new sample is covered at once.

type Parser = (text: string, file: string) => { readonly faults: readonly Fault[] }
const PARSERS: Readonly<Record<string, Parser>> = {
  log: parseKernelLog,
  text: parseText,
  goroutines: parseGoroutines,
}

const samples = globSync('samples/{log,text,goroutines}/*.txt').map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}))

function assertLocated(text: string, faults: readonly Fault[]): void {
  const lineCount = text.split('\n').length
  for (const { line, found } of faults) {
    assert.ok(line >= 1 && line <= lineCount, `line ${line} of ${lineCount}`)
    assert.ok(found.length <= 80)
  }
}

for (const [name, parse] of Object.entries(PARSERS)) {
  test(`${name}: a sample cut anywhere is still read, and every fault names a line`, () => {
    for (const { text } of samples) {
      for (let end = 0; end <= text.length; end += 101) {
        const cut = text.slice(0, end)
        assertLocated(cut, parse(cut, 'x').faults)
        const rest = text.slice(end)
        assertLocated(rest, parse(rest, 'x').faults)
      }
    }
  })

  test(`${name}: anything spliced into a sample is no reason to fail`, () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...samples.map((s) => s.text)),
    )
    const splice = fc.tuple(fc.nat(), fc.nat(200), any, fc.constantFrom(...samples))
    fc.assert(
      fc.property(splice, ([at, drop, junk, { text }]) => {
        const from = at % (text.length + 1)
        const spliced = text.slice(0, from) + junk + text.slice(from + drop)
        assertLocated(spliced, parse(spliced, 'x').faults)
      }),
      { numRuns: 100 },
    )
  })
}

test('a frame line is read or not, but never a reason to fail', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => void parseFrame(line)))
  const parts = fc.constantFrom(
    '[<0>]',
    ' ',
    '? ',
    'f',
    '+0x1',
    '/0x2',
    '[m]',
    '(',
    ')',
    ' from ',
    '#1',
    '{',
    '}',
    '<',
    '>',
    '.',
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 40 }), (line) => void parseFrame(line.join(''))),
  )
})

/** What programs and people put before or behind each line; none of it changes what a report says. */
const DECORATIONS: Readonly<Record<string, (line: string) => string>> = {
  'carriage returns': (line) => `${line}\r`,
  'blanks behind': (line) => `${line}   `,
  'a quote of a mail': (line) => `> ${line}`,
  'a quote of a quote': (line) => `>> ${line}`,
  'a level': (line) => `<4>${line}`,
  syslog: (line) => `Nov  3 06:12:57 host kernel: ${line}`,
  'syslog of a small box': (line) => `Nov  3 06:12:57 kernel: ${line}`,
  journalctl: (line) => `2026-11-23T13:20:24+0000 host kernel: ${line}`,
  'a CI system': (line) => `2026-11-23T13:20:24.6180339Z ${line}`,
  'dmesg -x': (line) => `kern  :warn  : ${line}`,
  'an indented block': (line) => `    ${line}`,
  'no break spaces': (line) => line.replaceAll(' ', '\u00a0'),
  colour: (line) => `\u001b[33m${line}\u001b[0m`,
}

// Mails break lines where they like, and the decorations would have to stand before the break.
const DECORATED = samples.filter(
  ({ path }) => /\/log\//.test(path) && !/wrapped|quoted|prefix/.test(path),
)

for (const [name, decorate] of Object.entries(DECORATIONS)) {
  test(`${name} on every line of a log changes no report`, () => {
    for (const { path, text } of DECORATED) {
      const decorated = text.split('\n').map((line) => (line === '' ? line : decorate(line)))
      assert.deepEqual(essence(decorated.join('\n')), essence(text), path)
    }
  })
}

function essence(text: string) {
  return parseKernelLog(text, 'x').value.reports.map(
    ({ at, uptimeSeconds, title, ...report }) => report,
  )
}

test('a log of many reports costs as much as each of them, and no endless line more than others', () => {
  const report = readFileSync('samples/log/hung-task-since-v6.14.txt', 'utf8')
  const small = cpuOf(() => parseKernelLog(report.repeat(100), 'x'))
  const large = cpuOf(() => parseKernelLog(report.repeat(1000), 'x'))
  assert.ok(large < 40 * small, `${large} ms against ${small} ms for a tenth`)
  const units = [
    'INFO: task ',
    'task:a ',
    '[<0>] f+0x1/0x2 ',
    'a b D 0 1 ',
    '(',
    '> ',
    '[ 1.000000] ',
    'goroutine 1 [',
    '/proc/1/stack:',
  ]
  for (const unit of units) {
    const line = unit.repeat(300_000 / unit.length)
    for (const parse of Object.values(PARSERS)) {
      const ms = cpuOf(() => parse(line, 'x'))
      assert.ok(ms < 2000, `${JSON.stringify(unit)}: ${ms} ms`)
    }
  }
})

function cpuOf(run: () => unknown): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

test('tasks of the same stack share one object, however often a log prints it', () => {
  const report = readFileSync('samples/log/hung-task-before-v5.11.txt', 'utf8')
  const { reports } = parseKernelLog(report + report.replaceAll('86401', '97001'), 'x').value
  const stacks = new Set(reports.map(({ stack }) => stack))
  assert.equal(reports.length, 4)
  assert.equal(stacks.size, 2)
})
