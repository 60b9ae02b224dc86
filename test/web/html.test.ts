import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { flag, html, multiline, safeAddress, visible } from '../../src/web/html.ts'

test('text is escaped and markup is kept', () => {
  const inner = html`<b>${'<i> & "quoted" \'so\''}</b>`
  assert.equal(
    html`<p>${inner}${[inner]}${1}${null}${false}${undefined}</p>`.markup,
    `<p>${inner.markup}${inner.markup}1</p>`,
  )
  assert.equal(inner.markup, '<b>&lt;i&gt; &amp; &quot;quoted&quot; &#39;so&#39;</b>')
})

test('markup inside an attribute is a fault of the template', () => {
  assert.throws(() => html`<p title="${html`<b>x</b>`}">x</p>`, /markup inside an attribute/)
})

test('text bare inside a tag is a fault of the template', () => {
  assert.throws(() => html`<p ${'onclick=x'}>x</p>`, /bare inside a tag/)
  assert.throws(() => html`<p title=${'x'}>x</p>`, /bare inside a tag/)
})

test('a flag stands only where it is set', () => {
  assert.equal(html`<details${flag('open', true)}></details>`.markup, '<details open></details>')
  assert.equal(html`<details${flag('open', false)}></details>`.markup, '<details></details>')
})

const ADDRESSES = {
  '/incidents?a=b': '/incidents?a=b',
  'https://example.com/a:b': 'https://example.com/a:b',
  'HTTP://example.com': 'HTTP://example.com',
  'relative/path:with-colon': 'relative/path:with-colon',
  '#part': '#part',
  'javascript:alert(1)': '#',
  'java\nscript:alert(1)': '#',
  '\u0001javascript:alert(1)': '#',
  ' JavaScript:alert(1)': '#',
  'data:text/html,x': '#',
  'vbscript:x': '#',
} as const

for (const [given, wanted] of Object.entries(ADDRESSES)) {
  test(`the address ${JSON.stringify(given)} becomes ${wanted}`, () => {
    assert.equal(safeAddress(given), wanted)
    assert.equal(html`<a href="${given}">x</a>`.markup, `<a href="${wanted}">x</a>`)
  })
}

test('what cannot be seen is shown', () => {
  assert.equal(visible('a\u0000\u001b\n\u007f'), 'a\u2400\u241b\u240a\u2421')
  assert.equal(
    visible('\u202e\u0085\ud800'),
    '\u27e8U+202E\u27e9\u27e8U+0085\u27e9\u27e8U+D800\u27e9',
  )
  assert.equal(visible('a\tb ü 日本 \u{1f600}\u26a0\ufe0f'), 'a\tb ü 日本 \u{1f600}\u26a0\ufe0f')
})

test('lines stay lines only where they are asked for', () => {
  assert.equal(multiline('a<\r\nb\rc').markup, 'a&lt;\nb\nc')
  assert.equal(html`${'a\nb'}`.markup, 'a\u240ab')
})

test('no text makes an element or ends an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const { markup } = html`<p title="${text}">${text}</p>`
      assert.match(markup, /^<p title="[^"<>]*">[^<>]*<\/p>$/)
    }),
  )
})
