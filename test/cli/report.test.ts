import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toMarkdown } from '../../src/cli/report/markdown.ts'
import { reportOf } from '../../src/cli/report/report.ts'
import { toTerminal } from '../../src/cli/report/terminal.ts'
import type { Diagnosis } from '../../src/model/diagnosis.ts'
import { diagnosisOf, incidentOf, taskOf } from './diagnosis.ts'

/** Characters that act on a terminal, or turn text around. */
const ACTING = /[[\p{Cc}\p{Bidi_Control}]--\n]/v

const plain = (diagnosis: Diagnosis, width = 100) =>
  toTerminal(reportOf(diagnosis, 'web-7.tar.gz'), { width, hasColour: false })

test('the report says verdict, words, what to do, tasks, evidence, stack, kernel and what is missing', () => {
  const text = plain(diagnosisOf()).replace(/(\S) {3,}/g, '$1  ')
  const order = [
    'web-7.tar.gz',
    'host node-001, kernel 6.1.0-56-amd64, up 1 d 1 h',
    '1 incident, 1 confirmed.',
    'CRITICAL  FUSE flush deadlock  (confirmed, fuse-flush-deadlock)',
    'nobody is left to give',
    '1. Abort the connection.',
    'echo 1 > /sys/fs/fuse/connections/48/abort',
    'flusher  483/492  ndrive  D  fuse: fuse_flush, while exiting',
    'proc/483/task/492/stack:2  [<0>] fuse_flush+0x10/0x100 [fuse]',
    '> fuse_flush+0x10/0x100 [fuse]',
    '- the stack of init',
    'Affected: 6.1 waits for the answer.',
  ]
  let at = 0
  for (const part of order) {
    const found = text.indexOf(part, at)
    assert.ok(found >= at, `"${part}" in its place in\n${text}`)
    at = found
  }
})

test('of much evidence the first lines are shown, and all where that is asked for', () => {
  const evidence = Array.from({ length: 40 }, (_, line) => {
    return { file: 'dmesg.txt', line: line + 1, text: `line ${line}`, says: 'it says so' }
  })
  const diagnosis = diagnosisOf({ incidents: [incidentOf({ evidence })] })
  assert.match(plain(diagnosis), /and 34 more \(--evidence all\)/)
  const all = reportOf(diagnosis, 'x', Number.POSITIVE_INFINITY)
  const text = toTerminal(all, { width: 100, hasColour: false })
  assert.equal(text.match(/dmesg\.txt:/g)?.length, 40)
  assert.doesNotMatch(text, /--evidence/)
})

test('what is over is not said to be stuck', () => {
  const since = '2026-11-23T12:00:00.000Z'
  const over = plain(diagnosisOf({ incidents: [incidentOf({ since, severity: 'info' })] }))
  assert.doesNotMatch(over, /Stuck since/)
  assert.match(plain(diagnosisOf({ incidents: [incidentOf({ since })] })), /Stuck since/)
})

test('the entry frames of a stack are folded into one line', () => {
  const text = plain(diagnosisOf())
  assert.match(text, /\.\.\. 4 frames of kernel entry/)
  assert.doesNotMatch(text, /entry_SYSCALL_64/)
})

test('of fifty victims six are named and the others counted by name', () => {
  const victim = { role: 'victim', state: 'D', waitsOn: null } as const
  const tasks = Array.from({ length: 50 }, (_, index) => {
    return { ...victim, tgid: 1000 + index, tid: 1000 + index, comm: index % 2 ? 'ls' : 'cat' }
  })
  const text = plain(diagnosisOf({ incidents: [incidentOf({ tasks })] }))
  assert.equal(text.match(/^ {2}victim {2}10\d\d/gm)?.length, 6)
  assert.match(text, /44 more +cat x22, ls x22/)
})

test('a host with nothing found is said to have nothing stuck', () => {
  const text = plain(diagnosisOf({ incidents: [], tasks: [] }))
  assert.match(text, /Nothing found that is stuck\./)
})

test('a host with files that could not be read is not called healthy', () => {
  const { snapshot } = diagnosisOf()
  const unreadable = [{ path: 'proc/7/stack', why: 'timed out' }]
  const text = plain(
    diagnosisOf({ snapshot: { ...snapshot, unreadable }, incidents: [], tasks: [] }),
  )
  assert.match(text, /1 file could not be read: not proven healthy/)
  assert.match(text, /proc\/7\/stack: timed out/)
})

test('a host without FUSE mounts is not doubted for having none', () => {
  const { snapshot } = diagnosisOf()
  const unreadable = [{ path: 'sys/fs/fuse/connections/*', why: 'none found: no FUSE mount' }]
  const text = plain(
    diagnosisOf({ snapshot: { ...snapshot, unreadable }, incidents: [], tasks: [] }),
  )
  assert.match(text, /Nothing found that is stuck\./)
  assert.match(text, /none found: no FUSE mount/)
})

test('a text without an incident still says what each task waits for', () => {
  const { snapshot } = diagnosisOf()
  const text = plain(diagnosisOf({ snapshot: { ...snapshot, source: 'text' }, incidents: [] }))
  assert.match(text, /What the tasks wait for/)
  assert.match(text, /ndrive +D +fuse: fuse_flush, while exiting, SIGKILL pending/)
})

test('what a host calls its tasks never acts on the terminal', () => {
  const comm = '\x1b]0;owned\x07\u202eevil\nroot'
  const tasks = [{ role: 'culprit', tgid: 1, tid: 1, comm, state: 'D' as const, waitsOn: null }]
  const hostile = diagnosisOf({
    incidents: [incidentOf({ tasks, title: comm, summary: comm })],
    tasks: [taskOf({ tgid: 1, tid: 1, comm })],
  })
  const blocks = reportOf(hostile, comm)
  assert.doesNotMatch(toTerminal(blocks, { width: 80, hasColour: false }), ACTING)
  assert.doesNotMatch(toMarkdown(blocks), ACTING)
})

test('lines of prose fit the terminal', () => {
  const summary = 'word '.repeat(100)
  const text = plain(diagnosisOf({ incidents: [incidentOf({ summary })] }), 60)
  for (const line of text.split('\n')) if (line.includes('word')) assert.ok(line.length <= 60, line)
})

test('colour is used where it is asked for, and only there', () => {
  const blocks = reportOf(diagnosisOf(), 'x')
  assert.ok(toTerminal(blocks, { width: 80, hasColour: true }).includes('\x1b[31m'))
  assert.doesNotMatch(toTerminal(blocks, { width: 80, hasColour: false }), ACTING)
})

test('Markdown from a host forms no markup', () => {
  const comm = '<img src=x> [a](http://b) `` ``` | *x* @all'
  const blocks = reportOf(
    diagnosisOf({ incidents: [incidentOf({ title: comm, summary: comm })] }),
    'x',
  )
  const text = toMarkdown(blocks)
  assert.doesNotMatch(text, /(?<!\\)<img/)
  assert.doesNotMatch(text, /(?<!\\)\[a\]/)
  assert.doesNotMatch(text, /(?<!\\)\*x\*/)
  assert.doesNotMatch(text, /@all/)
})

test('a command in Markdown stands in a fence longer than any in it', () => {
  const step = { text: 'Run it.', command: 'echo ```` x' }
  const advice = { kernel: null, steps: [step] }
  assert.match(
    toMarkdown(reportOf(diagnosisOf({ incidents: [incidentOf({ advice })] }), 'x')),
    /`````text/,
  )
})
