import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPaint, visible, wrap } from '../../src/cli/paint.ts'

test('characters that act on a terminal are spelled out', () => {
  const hostile = [
    '\x1b[31m',
    '\x07',
    '\r',
    '\n',
    '\x9b2J',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u2028',
    '\ud800',
  ]
  for (const text of hostile) {
    assert.doesNotMatch(
      visible(`a${text}b`),
      /[\p{Cc}\p{Bidi_Control}\u200b\u2028\ud800]/u,
      escape(text),
    )
  }
})

test('ordinary text stays as it is', () => {
  assert.equal(
    visible('runc:[1:CHILD] größer 日本 kworker/0:1'),
    'runc:[1:CHILD] größer 日本 kworker/0:1',
  )
})

test('a text is wrapped at spaces and a long word stays whole', () => {
  assert.deepEqual(wrap('one two threefourfive six', 8), ['one two', 'threefourfive', 'six'])
})

test('without colour a text is painted with nothing', () => {
  assert.equal(createPaint(false)('x', 'bold', 'red'), 'x')
  assert.equal(createPaint(true)('x', 'bold'), '\x1b[1mx\x1b[22m')
})
