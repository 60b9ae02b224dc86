import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest, readArguments } from '../../src/cli/arguments.ts'
import type { Command } from '../../src/cli/command.ts'

const command: Command = {
  usage: [],
  about: [],
  options: [
    { name: 'wait', value: null, help: '' },
    { name: 'label', value: 'K=V', help: '', many: true },
  ],
  exits: [],
  environment: [],
  examples: [],
  run: async () => 0,
}

test('paths and flags may stand in any order', () => {
  const { paths, given, all } = readArguments(command, [
    'a',
    '--wait',
    '--label',
    'x=1',
    'b',
    '--label=y=2',
  ])
  assert.deepEqual(paths, ['a', 'b'])
  assert.ok(given.has('wait'))
  assert.deepEqual(all, { label: ['x=1', 'y=2'] })
})

test('a dash alone is a path, and so is everything behind two', () => {
  assert.deepEqual(readArguments(command, ['-', '--', '--wait']).paths, ['-', '--wait'])
})

test('a short flag is refused', () => {
  assert.throws(() => readArguments(command, ['-w']), /there is no flag -w/)
})

test('a slip of the fingers is recognised, a stranger is not', () => {
  assert.equal(nearest('--wiat', ['--wait', '--label']), '--wait')
  assert.equal(nearest('--verbose', ['--wait', '--label']), null)
})
