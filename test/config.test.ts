import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings, SETTINGS, SettingError } from '../src/config.ts'

test('without flag and variable every setting has its default', () => {
  const settings = readSettings({}, {})
  assert.equal(settings.host, '127.0.0.1')
  assert.equal(settings.port, 7070)
  assert.equal(settings.dataFolder, './data')
  assert.equal(settings.workers, null)
})

test('a flag wins over the variable, the variable over the default', () => {
  assert.equal(readSettings({}, { HANGAR_PORT: '1' }).port, 1)
  assert.equal(readSettings({ port: '2' }, { HANGAR_PORT: '1' }).port, 2)
})

test('an empty variable counts as absent', () => {
  assert.equal(readSettings({}, { HANGAR_DATA: '', HANGAR_PORT: '' }).dataFolder, './data')
})

for (const [name, row] of Object.entries(SETTINGS)) {
  if (!('range' in row)) continue
  test(`${name} refuses what is no whole number in its range, and names the flag`, () => {
    const [least, most] = row.range
    for (const text of [`${least}.5`, 'many', '-1', `${most}0`, '1e3']) {
      assert.throws(
        () => readSettings({ [row.flag]: text }, {}),
        (error) => error instanceof SettingError && error.message.includes(`--${row.flag}`),
        text,
      )
    }
  })
}

test('a public URL is kept without its last slash', () => {
  assert.equal(
    readSettings({ 'public-url': 'https://h.example/' }, {}).publicUrl,
    'https://h.example',
  )
})

test('no two settings share a flag or a variable', () => {
  const rows = Object.values(SETTINGS)
  assert.equal(new Set(rows.map(({ flag }) => flag)).size, rows.length)
  assert.equal(new Set(rows.map(({ env }) => env)).size, rows.length)
})
