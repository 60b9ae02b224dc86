import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMarkup } from './markup.ts'
import { PAGES } from './pages.ts'
import * as values from './values.ts'

/** What a host may call a task, a mount, a file, or itself. */
const TEXTS: Readonly<Record<string, string>> = {
  markup: '<script>alert(1)</script><img src=x onerror=alert(1)><!-- </title></textarea>',
  quotes: `" onmouseover="alert(1)' onfocus='alert(1) \`\${7*7}\``,
  entities: '&lt;b&gt; &#60;script&#62; &amp &unknown; %3Cscript%3E',
  addresses: 'javascript:alert(1)//https://example.com/',
  controls: 'a\u0000b\u0007c\u001b[31mred\u007f\u0085 end\r\nsecond line\ttab',
  'right to left': 'evil\u202etxt.exe\u2066\u200b\u200f\ufeff مرحبا',
  'broken pairs': 'half \ud83d and half \ude00 and whole \u{1f600}',
  'ten thousand characters': `${'<a href=x>'.repeat(1000)}`,
  prototypes: '__proto__',
  empty: '',
}

/** The same value with every text in it that a host decides replaced; what the model fixes stays. */
function poisoned<Value>(value: Value, text: string): Value
function poisoned(value: unknown, text: string, key = ''): unknown {
  if (typeof value === 'string') return FIXED.has(key) ? value : text
  if (Array.isArray(value)) return value.map((each: unknown) => poisonedAt(each, text, key))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (key === 'labels' || key === 'facts') return { [text]: text, [`${text}2`]: text }
  return Object.fromEntries(entries.map(([name, each]) => [name, poisonedAt(each, text, name)]))
}

const poisonedAt: (value: unknown, text: string, key: string) => unknown = poisoned

/** Texts of the model with a fixed set of values. */
const FIXED = new Set([
  'verdict',
  'severity',
  'state',
  'resolution',
  'what',
  'status',
  'context',
  'source',
  'from',
])

for (const [trait, text] of Object.entries(TEXTS)) {
  for (const [name, make] of Object.entries(PAGES)) {
    test(`${trait} in every field leave the page ${name} whole`, () => {
      const page = make(poisoned(values, text), values.CONTEXT)
      const elements = readMarkup(page)
      assert.deepEqual(
        elements
          .filter((each) => each.name === 'script')
          .map(({ attributes }) => attributes.get('src')),
        ['/static/theme.js?v=golden', '/static/app.js?v=golden'],
      )
    })
  }
}

test('a text of ten thousand characters is cut, and whole in its title', () => {
  const name = 'x'.repeat(10_000)
  const page = PAGES['host']?.(poisoned(values, name), values.CONTEXT) ?? ''
  const heading = readMarkup(page).find((each) => each.name === 'h1')
  assert.ok((heading?.text.length ?? 0) <= 400)
  assert.ok(page.includes(`title="${name}"`))
})

test('the law is no tautology: unescaped text is found', () => {
  assert.throws(() => readMarkup('<p>a < b</p>'))
  assert.throws(() => readMarkup('<p><img src="/x"></p>'))
  assert.throws(() => readMarkup('<p title="a"onclick="x">a</p>'))
  assert.throws(() => readMarkup('<a href="javascript:x">a</a>'))
  assert.throws(() => readMarkup('<p>a\u202eb</p>'))
  assert.throws(() => readMarkup('<p>a'))
})
