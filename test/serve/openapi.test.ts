import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROBLEMS } from '../../src/model/problem.ts'
import { openApiDocument } from '../../src/serve/openapi.ts'
import { API_PREFIX, API_ROUTES, PLAIN_ROUTES } from '../../src/serve/router.ts'

const document = JSON.parse(JSON.stringify(openApiDocument())) as Document
type Parameter = { readonly in: string; readonly name: string; readonly schema?: unknown }
type Operation = {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}
type Document = {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

test('the document of the API is the one that was reviewed', (t) => {
  t.assert.fileSnapshot(document, 'samples/openapi.expect.json')
})

test('every route is in the document, and nothing else', () => {
  const routes = [...API_ROUTES.map((one) => ({ ...one, prefix: API_PREFIX })), ...PLAIN_ROUTES]
  const named = routes.map((route) => {
    const prefix = 'prefix' in route ? route.prefix : ''
    return `${route.method} ${prefix}${route.path.replace(/:(\w+)/g, '{$1}')}`
  })
  const shown = operations.map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(shown.sort(), named.sort())
})

test('every reference of the document leads to one of its schemas', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)]
  assert.ok(references.length > 20)
  for (const [, reference = ''] of references) {
    const name = reference.replace('#/components/schemas/', '')
    assert.ok(name in document.components.schemas, reference)
  }
})

test('every schema of the document is used', () => {
  const text = JSON.stringify(document)
  for (const name of Object.keys(document.components.schemas)) {
    assert.ok(text.includes(`"#/components/schemas/${name}"`), name)
  }
})

test('operations have names of their own', () => {
  const names = operations.map(({ operation }) => operation.operationId)
  assert.equal(new Set(names).size, names.length)
})

for (const { method, path, operation } of operations) {
  test(`${method} ${path} declares its parameters, each once, and every answer says what it is`, () => {
    const parameters = operation.parameters ?? []
    const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => name)
    assert.deepEqual(inPath.sort(), [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort())
    const all = parameters.map((one) => `${one.in} ${one.name}`)
    assert.equal(new Set(all).size, all.length)
    for (const parameter of parameters) assert.ok(parameter.schema, parameter.name)
    for (const [status, { description }] of Object.entries(operation.responses)) {
      assert.match(status, /^[2-5]\d\d$/)
      assert.notEqual(description, '')
    }
  })
}

test('every status of a problem that a route declares is in its document', () => {
  for (const route of API_ROUTES) {
    const path = API_PREFIX + route.path.replace(/:(\w+)/g, '{$1}')
    const responses = document.paths[path]?.[route.method]?.responses ?? {}
    for (const kind of route.problems) {
      const { description } = responses[String(PROBLEMS[kind].status)] ?? { description: '' }
      assert.ok(description.includes(kind), `${route.method} ${path} ${kind}`)
    }
  }
})
