import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'
import { SETTINGS } from '../../src/config.ts'
import { hangar } from './run.ts'

test('the help of the program names every command', async () => {
  const { code, stdout } = await hangar(['--help'])
  assert.equal(code, 0)
  for (const { name, summary } of COMMANDS) {
    const line = stdout.split('\n').find((each) => each.startsWith(`  ${name} `))
    assert.ok(line?.endsWith(summary), name)
  }
})

test('no arguments at all show the help', async () => {
  const { code, stdout } = await hangar([])
  assert.equal(code, 0)
  assert.match(stdout, /^Commands$/m)
})

for (const { name, load } of COMMANDS) {
  test(`the help of ${name} tells usage, every flag, exit codes and an example`, async () => {
    const command = await load()
    // Its help is the script's own, which is tested where the script is.
    if ('relay' in command) return
    const { code, stdout } = await hangar([name, '--help'])
    assert.equal(code, 0)
    for (const option of command.options)
      assert.ok(stdout.includes(`--${option.name}`), option.name)
    for (const title of ['Usage', 'Exit codes', 'Environment', 'Examples']) {
      assert.match(stdout, new RegExp(`^${title}$`, 'm'))
    }
    for (const line of stdout.split('\n')) {
      const isExample = line.startsWith('  hangar ') || line.includes(' hangar ')
      assert.ok(line.length <= 100 || isExample, line)
    }
  })
}

test('every setting is a flag of serve, with its variable', async () => {
  const { stdout } = await hangar(['serve', '--help'])
  const text = stdout.replace(/\s+/g, ' ')
  for (const { flag, env } of Object.values(SETTINGS)) {
    assert.ok(text.includes(`--${flag} `), flag)
    assert.ok(text.includes(env), env)
  }
})

test('an unknown command exits 2 and suggests the nearest', async () => {
  const { code, stdout, stderr } = await hangar(['analyse', 'x'])
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /no command analyse; did you mean analyze\?/)
})

test('an unknown flag exits 2 and suggests the nearest', async () => {
  const { code, stderr } = await hangar(['analyze', '--jsn', 'x'])
  assert.equal(code, 2)
  assert.match(stderr, /no flag --jsn; did you mean --json\?/)
})

test('a flag without its value exits 2', async () => {
  const { code, stderr } = await hangar(['serve', '--port'])
  assert.equal(code, 2)
  assert.match(stderr, /--port needs PORT/)
})

test('a flag that takes no value refuses one', async () => {
  const { code, stderr } = await hangar(['analyze', '--json=yes', 'x'])
  assert.equal(code, 2)
  assert.match(stderr, /--json takes no value/)
})

test('a setting that is no number exits 2 and names where it came from', async () => {
  const { code, stderr } = await hangar(['serve'], { env: { HANGAR_PORT: 'http' } })
  assert.equal(code, 2)
  assert.match(stderr, /HANGAR_PORT takes a whole number from 0 to 65535, not "http"/)
})

test('the version is that of the package', async () => {
  const { code, stdout } = await hangar(['--version'])
  assert.equal(code, 0)
  assert.match(stdout, /^hangar \d+\.\d+\.\d+, Node 2\d\./)
})
