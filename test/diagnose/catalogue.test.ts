import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { OF_ROLE, VALUES } from '../../src/diagnose/explain/words.ts'
import { parseSignature } from '../../src/diagnose/match/catalogue.ts'
import { loadCatalogue, readCatalogue } from '../../src/ingest/load-catalogue.ts'

const GOOD = `# A signature with every kind of field.
id: disk-gone
version: 3
title: A disk is gone
severity: high
why: It was pulled.
source: block/blk-core.c
roles:
  culprit:
    where:
      frames: [blk_mq_get_tag, do_exit]
      class: block-io
      blocked: true
      pendingSignal: 9
      comm: [dd, "kworker/*"]
    says: waits for the disk
  leader:
    relation: leader-of
    of: culprit
    where: { state: Z }
verdicts:
  confirmed:
    - has: leader
    - not: { fact: young }
    - any: [{ fact: proven }, { all: [{ lacks: leader }] }]
  likely:
    - some: culprit
      where: { proven: true }
  possible: []
subject: device
subsumes: [hung-task]
kernel: some-record
summary: The disk of {culprit} is gone.
missing:
  - unless: { fact: proven }
    says: a second sample
steps:
  - when: { has: leader }
    text: Put it back.
    command: echo back
variants:
  - when: { lacks: leader }
    title: A disk may be gone
    severity: low
`
const FILE = 'disk-gone.yaml'

test('every field of a signature is read', () => {
  const { value, faults } = parseSignature(GOOD, FILE)
  assert.deepEqual(faults, [])
  assert.equal(value?.version, 3)
  assert.equal(value?.last, false)
  assert.deepEqual(value?.roles[0]?.where, {
    frames: ['blk_mq_get_tag', 'do_exit'],
    class: ['block-io'],
    blocked: true,
    pendingSignal: 9,
    comm: ['dd', 'kworker/*'],
  })
  assert.deepEqual(value?.roles[1]?.of, 'culprit')
  assert.deepEqual(value?.verdicts.possible, [])
  assert.deepEqual(value?.verdicts.likely, [{ some: 'culprit', where: { proven: true } }])
  assert.deepEqual(value?.steps[0]?.when, { has: 'leader' })
  assert.deepEqual(value?.variants, [
    { when: { lacks: 'leader' }, title: 'A disk may be gone', severity: 'low' },
  ])
})

/** One mistake each: what to replace, and the line its fault must name. */
const MISTAKES: readonly {
  readonly says: string
  readonly was: string
  readonly is: string
  readonly line: number
  readonly found?: RegExp
}[] = [
  { says: 'an unknown field', was: 'title:', is: 'titel:', line: 4, found: /titel/ },
  {
    says: 'a severity of a variant that is none',
    was: 'severity: low',
    is: 'severity: mild',
    line: 44,
    found: /mild/,
  },
  { says: 'no version', was: 'version: 3', is: 'version: three', line: 3 },
  { says: 'version 0', was: 'version: 3', is: 'version: 0', line: 3, found: /0/ },
  { says: 'an id with capitals', was: 'id: disk-gone', is: 'id: DiskGone', line: 2 },
  { says: 'an empty title', was: 'A disk is gone', is: '""', line: 4 },
  { says: 'an unknown severity', was: 'severity: high', is: 'severity: bad', line: 5 },
  { says: 'an unknown condition', was: 'pendingSignal: 9', is: 'signal: 9', line: 14 },
  { says: 'a wrong class', was: 'class: block-io', is: 'class: blockio', line: 12 },
  { says: 'text for a truth', was: 'blocked: true', is: 'blocked: "yes"', line: 13 },
  { says: 'text for a number', was: 'pendingSignal: 9', is: 'pendingSignal: KILL', line: 14 },
  { says: 'a list of nothing', was: '[blk_mq_get_tag, do_exit]', is: '[]', line: 11 },
  { says: 'a number among frames', was: 'do_exit]', is: '7]', line: 11, found: /7/ },
  { says: 'an unknown relation', was: 'leader-of', is: 'boss-of', line: 18, found: /boss-of/ },
  { says: 'a relation to no role', was: 'of: culprit', is: 'of: nobody', line: 19 },
  { says: 'a relation to itself', was: 'of: culprit', is: 'of: leader', line: 19 },
  { says: 'an unknown state', was: '{ state: Z }', is: '{ state: Q }', line: 20 },
  { says: 'a later role without a relation', was: '    relation: leader-of\n', is: '', line: 18 },
  {
    says: 'a first role with a relation',
    was: '    says: waits for the disk',
    is: '    relation: any',
    line: 10,
  },
  { says: 'a verdict there is none of', was: '  possible: []', is: '  certain: []', line: 29 },
  { says: 'a clause about no role', was: '- has: leader', is: '- has: boss', line: 23 },
  { says: 'an unknown clause', was: '- has: leader', is: '- must: leader', line: 23 },
  { says: 'an unknown fact', was: '{ fact: young }', is: '{ fact: old }', line: 24 },
  { says: 'a clause within a clause', was: 'lacks: leader', is: 'lacks: boss', line: 25 },
  { says: 'a verdict that is no list', was: 'possible: []', is: 'possible: yes', line: 29 },
  { says: 'a subject there is none of', was: 'subject: device', is: 'subject: disk', line: 30 },
  { says: 'subsumes as text', was: '[hung-task]', is: 'hung-task', line: 31 },
  { says: 'an empty step', was: 'text: Put it back.', is: 'text: ""', line: 39 },
  { says: 'a step with a wrong key', was: '    command:', is: '    run:', line: 40 },
  {
    says: 'the same key twice',
    was: 'severity: high',
    is: 'severity: high\nseverity: low',
    line: 6,
  },
  {
    says: 'an unclosed bracket',
    was: 'subsumes: [hung-task]',
    is: 'subsumes: [hung-task',
    line: 32,
  },
  { says: 'a tab for indentation', was: '  culprit:', is: '\tculprit:', line: 9 },
]

for (const { says, was, is, line, found } of MISTAKES) {
  test(`a signature with ${says} is rejected, on line ${line}`, () => {
    assert.ok(GOOD.includes(was))
    const { value, faults } = parseSignature(GOOD.replace(was, is), FILE)
    assert.equal(value, null)
    const lines = faults.map((fault) => fault.line)
    assert.ok(lines.includes(line), JSON.stringify(faults))
    assert.ok(faults.every((fault) => fault.file === FILE && fault.expected !== ''))
    if (found) assert.ok(faults.some((fault) => found.test(fault.found)))
  })
}

for (const [says, text] of [
  ['nothing', ''],
  ['a list', '- id: x'],
  ['text', 'hello'],
  ['null', 'null'],
  ['a number', '7'],
] as const) {
  test(`a file that holds ${says} is rejected, not thrown on`, () => {
    const { value, faults } = parseSignature(text, FILE)
    assert.equal(value, null)
    assert.ok(faults.length > 0)
  })
}

test('a signature cut anywhere is read or rejected, never thrown on', () => {
  for (let end = 0; end < GOOD.length; end += 7) {
    const { value, faults } = parseSignature(GOOD.slice(0, end), FILE)
    assert.equal(value === null, faults.length > 0)
  }
})

const { value: catalogue, faults: catalogueFaults } = readCatalogue()

test("the product's own catalogue is without fault", () => {
  assert.deepEqual(catalogueFaults, [])
})

test('what a signature subsumes, exists', () => {
  const ids = new Set(catalogue.signatures.map(({ id }) => id))
  for (const { id, subsumes } of catalogue.signatures) {
    assert.deepEqual([id, subsumes.filter((each) => !ids.has(each))], [id, []])
  }
})

test('every kernel record is named by a signature', () => {
  const named = new Set(catalogue.signatures.map(({ kernel }) => kernel))
  assert.deepEqual(
    [...catalogue.kernels.keys()].filter((id) => !named.has(id)),
    [],
  )
})

for (const file of globSync('src/diagnose/signatures/*.yaml').sort()) {
  test(`${file} names in braces only what there is to fill in`, () => {
    const text = readFileSync(file, 'utf8')
    const roles = new Set(parseSignature(text, file).value?.roles.map(({ name }) => name))
    for (const [, name = ''] of text.matchAll(/\{([a-z][\w.-]*)\}/g)) {
      const [role = '', detail] = name.split('.')
      const known =
        name in VALUES || (roles.has(role) && (detail === undefined || detail in OF_ROLE))
      assert.ok(known, `{${name}}`)
    }
  })
}

test('a folder of its own adds signatures, and replaces those of the same id', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hangar-catalogue-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'disk-gone.yaml'), GOOD.replace('kernel: some-record\n', ''))
  const mine = GOOD.replace('disk-gone', 'hung-task').replace('kernel: some-record\n', '')
  writeFileSync(join(folder, 'hung-task.yaml'), mine)
  const { signatures } = loadCatalogue(folder)
  assert.equal(signatures.length, catalogue.signatures.length + 1)
  assert.equal(signatures.find(({ id }) => id === 'hung-task')?.title, 'A disk is gone')
})

test('a folder with a faulty file is refused with file and line', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hangar-catalogue-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'disk-gone.yaml'), GOOD.replace('severity: high', 'severity: bad'))
  assert.throws(() => loadCatalogue(folder), /disk-gone\.yaml:5: expected severity/)
  writeFileSync(join(folder, 'disk-gone.yaml'), GOOD)
  assert.throws(() => loadCatalogue(folder), /found some-record/)
  writeFileSync(join(folder, 'other-name.yaml'), GOOD.replace('kernel: some-record\n', ''))
  assert.throws(() => loadCatalogue(folder), /expected a file named disk-gone\.yaml/)
})
