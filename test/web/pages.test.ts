import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Element, readMarkup } from './markup.ts'
import { PAGES } from './pages.ts'
import * as values from './values.ts'

const asText = (page: unknown) => String(page)

for (const [name, make] of Object.entries(PAGES)) {
  const page = make(values, values.CONTEXT)

  test(`the page ${name} is as its golden`, (t) => {
    t.assert.fileSnapshot(page, `samples/web/${name}.expect.html`, { serializers: [asText] })
  })

  test(`the page ${name} is well-formed, and loads nothing from elsewhere`, () => {
    const elements = readMarkup(page)
    const loads = elements.filter(
      ({ name, attributes }) =>
        ['script', 'link'].includes(name) && attributes.get('rel') !== 'canonical',
    )
    for (const { attributes } of loads) {
      const address = attributes.get('src') ?? attributes.get('href') ?? ''
      assert.match(address, /^\/static\/[a-z]+\.(?:js|css|svg)\?v=golden$/)
    }
    assert.equal(elements.filter((each) => each.name === 'h1').length, 1, 'one heading of the page')
  })

  test(`on the page ${name} every id stands once, and every reference leads to one`, () => {
    const elements = readMarkup(page)
    const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? [])
    assert.deepEqual(ids, [...new Set(ids)])
    for (const id of elements.flatMap(referencesOf)) assert.ok(ids.includes(id), `#${id} is there`)
  })

  test(`on the page ${name} every field and button has a name`, () => {
    for (const element of readMarkup(page)) assert.ok(isNamed(element, page), element.name)
  })
}

function referencesOf({ attributes }: Element): readonly string[] {
  const link = attributes.get('href') ?? ''
  const names = [attributes.get('for'), attributes.get('aria-labelledby')]
  const drawn = /^url\(#(.+)\)$/.exec(attributes.get('marker-end') ?? '')?.[1]
  return [link.startsWith('#') ? link.slice(1) : undefined, ...names, drawn].filter(
    (name) => name !== undefined,
  )
}

function isNamed({ name, attributes, text }: Element, page: string): boolean {
  if (name === 'button') return text.trim() !== '' || attributes.has('aria-label')
  const isField = ['input', 'select', 'textarea'].includes(name)
  if (!isField || attributes.get('type') === 'hidden') return true
  const isInLabel = attributes.get('type') === 'checkbox'
  return isInLabel || page.includes(`for="${attributes.get('id')}"`)
}
