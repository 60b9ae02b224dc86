import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

/** Who may import whom. A stage sees `model` and itself; `ingest` and `serve` join stages. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  model: [],
  unpack: ['model'],
  parse: ['model'],
  diagnose: ['model'],
  store: ['model'],
  ingest: ['model', 'unpack', 'parse', 'diagnose', 'store'],
  web: ['model'],
  notify: ['model', 'store', 'web'],
  serve: ['model', 'diagnose', 'store', 'ingest', 'notify', 'web'],
  cli: [
    'model',
    'unpack',
    'parse',
    'diagnose',
    'store',
    'ingest',
    'web',
    'notify',
    'serve',
    'main.ts',
    'config.ts',
  ],
}

/** Which packages a stage may use. `node:*` is one package here: a stage without it computes only. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  model: ['zod'],
  unpack: ['node:*'],
  parse: [],
  diagnose: ['yaml', 'zod'],
  store: ['node:*', 'kysely', 'better-sqlite3'],
  ingest: ['node:*', 'piscina'],
  web: ['@dagrejs/dagre'],
  notify: ['node:*'],
  serve: [
    'node:*',
    'express',
    'express-rate-limit',
    'helmet',
    'multer',
    'zod',
    'zod-openapi',
    'pino',
    'swagger-ui-dist',
  ],
  cli: ['node:*'],
}

for (const file of globSync('src/*/**/*.ts')) {
  test(`imports of ${file}`, () => {
    const stage = file.split('/')[1] ?? ''
    assert.ok(stage in STAGES, `${stage} is a stage`)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
      /(?:\bfrom |\bimport\()'([^']+)'/g,
    )) {
      const target = name.startsWith('.')
        ? (join(dirname(file), name).split('/')[1] ?? '')
        : name.replace(/^node:.*/, 'node:*')
      const allowed = [stage, ...(STAGES[stage] ?? []), ...(PACKAGES[stage] ?? [])]
      assert.ok(allowed.includes(target), `${stage} may not import ${target}`)
    }
  })
}
