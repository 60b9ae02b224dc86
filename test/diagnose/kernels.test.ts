import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { adviseKernel, compareVersions } from '../../src/diagnose/explain/kernel-advice.ts'
import { parseKernelRecord } from '../../src/diagnose/match/kernels.ts'
import type { KernelRecord } from '../../src/model/signature.ts'
import type { Kernel } from '../../src/model/snapshot.ts'

const FOLDER = 'src/diagnose/kernels'

function recordOf(id: string): KernelRecord {
  const file = `${FOLDER}/${id}.yaml`
  const { value, faults } = parseKernelRecord(readFileSync(file, 'utf8'), file)
  assert.deepEqual(faults, [])
  assert.ok(value)
  return value
}

const kernel = (version: string | null, release = version): Kernel => ({ release, version })

/** On each side of every boundary: who waits in fuse_flush on exit, and who does not. */
const FUSE: readonly (readonly [version: string, affected: boolean])[] = [
  ['2.6.14', true],
  ['3.10.0', true],
  ['5.15.35', true],
  ['6.1.192', true],
  ['6.2', true],
  ['6.2.16', true],
  ['6.3', false],
  ['6.3.0', false],
  ['6.3.13', false],
  ['6.4', false],
  ['6.4.15', false],
  ['6.4.16', true],
  ['6.4.99', true],
  ['6.5', false],
  ['6.5.0', false],
  ['6.5.2', false],
  ['6.5.3', true],
  ['6.6', true],
  ['6.12.117', true],
  ['6.15', true],
  ['6.18.44', true],
  ['7.0', true],
]

for (const [version, affected] of FUSE) {
  test(`${version} ${affected ? 'waits' : 'does not wait'} in fuse_flush on exit`, () => {
    const advice = adviseKernel(recordOf('fuse-flush-wait'), kernel(version))
    assert.equal(advice.affected, affected)
    assert.ok(advice.why.startsWith(version))
  })
}

/** Who has the wait of exiting tasks for an NFS server. */
const NFS: readonly (readonly [version: string, affected: boolean])[] = [
  ['5.15.35', true],
  ['6.1.140', true],
  ['6.1.141', false],
  ['6.1.152', false],
  ['6.1.153', true],
  ['6.1.192', true],
  ['6.6.92', true],
  ['6.6.93', false],
  ['6.6.106', false],
  ['6.6.107', true],
  ['6.12.30', true],
  ['6.12.31', false],
  ['6.12.47', false],
  ['6.12.48', true],
  ['6.14.11', true],
  ['6.15', false],
  ['6.15.1', false],
]

for (const [version, affected] of NFS) {
  test(`${version} ${affected ? 'lets' : 'does not let'} exiting tasks wait for NFS`, () => {
    assert.equal(adviseKernel(recordOf('nfs-exit-wait'), kernel(version)).affected, affected)
  })
}

test('the advice tells that the fix of 6.3 was reverted, and where it was', () => {
  const { why, fixedIn } = adviseKernel(recordOf('fuse-flush-wait'), kernel('6.12.117'))
  assert.match(why, /revert/)
  assert.match(why, /6\.3 up to, not including, 6\.4\.16/)
  assert.match(why, /6\.5 up to, not including, 6\.5\.3/)
  assert.match(why, /91ec6c85599b/)
  assert.equal(fixedIn, null)
})

test("a distribution's kernel is likely like its base, never certainly", () => {
  const debian = adviseKernel(recordOf('fuse-flush-wait'), kernel('6.1.192', '6.1.0-56-amd64'))
  assert.equal(debian.affected, true)
  assert.match(debian.why, /6\.1\.0-56-amd64 .*likely, not certain/)
  const own = adviseKernel(recordOf('fuse-flush-wait'), kernel('6.18.44', '6.18.44+'))
  assert.doesNotMatch(own.why, /likely, not certain/)
})

test('an unknown kernel is neither affected nor free of it', () => {
  const advice = adviseKernel(recordOf('fuse-flush-wait'), kernel(null))
  assert.equal(advice.affected, null)
  assert.match(advice.why, /not in the input/)
})

test('a kernel before every record is neither affected nor free of it', () => {
  const advice = adviseKernel(recordOf('nfs-exit-wait'), kernel('2.6.18'))
  assert.equal(advice.affected, null)
  assert.match(advice.why, /2\.6\.18/)
})

for (const [one, other, sign] of [
  ['6.1.9', '6.1.10', -1],
  ['6.10', '6.9', 1],
  ['6.3', '6.3.0', 0],
  ['6.3', '6.3.1', -1],
  ['10.0', '9.99.99', 1],
  ['2.6.32.71', '2.6.32', 1],
] as const) {
  test(`${one} against ${other} is ${sign}`, () => {
    assert.equal(Math.sign(compareVersions(one, other)), sign)
    assert.equal(Math.sign(compareVersions(other, one)) + sign, 0)
  })
}

for (const file of globSync(`${FOLDER}/*.yaml`).sort()) {
  test(`${file} is without fault, and each boundary cites a commit or release`, () => {
    const { value, faults } = parseKernelRecord(readFileSync(file, 'utf8'), file)
    assert.deepEqual(faults, [])
    for (const { source } of value?.intervals ?? []) assert.match(source, /[\da-f]{12}|v\d/)
  })
}

const GOOD = `id: some-wait
title: A wait
intervals:
  - from: "4.0"
    before: "6.3"
    affected: true
    source: 5a8bee63b10f, v6.3
    says: it waits
  - from: "6.3"
    affected: false
    source: 5a8bee63b10f, v6.3
    says: it does not
fixedIn: "6.3"
`

test('a good record is read', () => {
  const { value, faults } = parseKernelRecord(GOOD, 'some-wait.yaml')
  assert.deepEqual(faults, [])
  assert.equal(value?.fixedIn, '6.3')
  assert.equal(value?.intervals[1]?.before, null)
})

for (const [says, was, is] of [
  ['intervals that overlap', '- from: "6.3"', '- from: "6.2"'],
  ['intervals with a gap', '- from: "6.3"', '- from: "6.4"'],
  ['an interval that ends before it begins', 'before: "6.3"', 'before: "3.9"'],
  ['an empty interval', 'before: "6.3"', 'before: "4.0"'],
  ['an open interval that is not the last', '    before: "6.3"\n', ''],
  [
    'a boundary without a source',
    '    source: 5a8bee63b10f, v6.3\n    says: it waits',
    '    says: it waits',
  ],
  [
    'a boundary with an empty source',
    'source: 5a8bee63b10f, v6.3\n    says: it waits',
    'source: " "\n    says: it waits',
  ],
  ['a version that YAML reads as a number', 'before: "6.3"', 'before: 6.3'],
  ['an interval that says nothing', '    says: it waits\n', ''],
  ['neither yes nor no', 'affected: true', 'affected: maybe'],
  ['no title', 'title: A wait\n', ''],
  ['bad YAML', 'id: some-wait', 'id: [some-wait'],
] as const) {
  test(`a record with ${says} is rejected`, () => {
    assert.ok(GOOD.includes(was))
    const { value, faults } = parseKernelRecord(GOOD.replace(was, is), 'some-wait.yaml')
    assert.equal(value, null)
    assert.ok(faults.every(({ file, line }) => file === 'some-wait.yaml' && line >= 1))
  })
}

test('a record without intervals is rejected', () => {
  assert.equal(parseKernelRecord('id: x\ntitle: y\nintervals: []\n', 'x.yaml').value, null)
  assert.equal(parseKernelRecord('id: x\ntitle: y\n', 'x.yaml').value, null)
  assert.equal(parseKernelRecord('', 'x.yaml').value, null)
})
