import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { hangar } from './run.ts'

const DEADLOCK = 'samples/bundle/fuse-flush-deadlock-docker-kill.tar.gz'
const HEALTHY = 'samples/bundle/healthy-idle-host.tar.gz'

const STACK = `[<0>] request_wait_answer+0x159/0x2a0 [fuse]
[<0>] fuse_simple_request+0x18b/0x2b0 [fuse]
[<0>] fuse_flush+0x1a1/0x1e0 [fuse]
[<0>] filp_close+0x31/0x70
[<0>] put_files_struct+0x78/0xd0
[<0>] do_exit+0x363/0xb10
[<0>] do_group_exit+0x2d/0x80
[<0>] get_signal+0x985/0x990
`

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
after(() => rmSync(folder, { recursive: true }))

function linesOf(stdout: string): readonly { incidents: { signature: string }[] }[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

test('--json prints one diagnosis for each PATH, in order, and exits 1 for an incident', async () => {
  const { code, stdout, stderr } = await hangar(['analyze', '--json', HEALTHY, DEADLOCK])
  const [healthy, deadlock, ...more] = linesOf(stdout)
  assert.deepEqual(healthy?.incidents, [])
  assert.equal(deadlock?.incidents[0]?.signature, 'fuse-flush-deadlock')
  assert.deepEqual(more, [])
  assert.equal(stderr, '')
  assert.equal(code, 1)
})

test('a healthy host exits 0', async () => {
  const { code, stdout } = await hangar(['analyze', HEALTHY])
  assert.equal(code, 0)
  assert.match(stdout, /Nothing found that is stuck/)
})

test('a PATH that cannot be used is named, the others are diagnosed, the exit is 2', async () => {
  const picture = join(folder, 'picture.jpg')
  writeFileSync(picture, Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0]))
  const paths = [HEALTHY, picture, join(folder, 'absent'), DEADLOCK]
  const { code, stdout, stderr } = await hangar(['analyze', '--json', ...paths])
  assert.equal(linesOf(stdout).length, 2)
  assert.match(stderr, /picture\.jpg: /)
  assert.match(stderr, /absent: there is no such file or folder/)
  assert.equal(code, 2)
})

test('text on standard input is diagnosed', async () => {
  const { code, stdout } = await hangar(['analyze', '--json', '-'], { input: STACK })
  assert.equal(linesOf(stdout)[0]?.incidents[0]?.signature, 'fuse-flush-deadlock')
  assert.equal(code, 1)
})

test('an archive on standard input is diagnosed as the same file is', async () => {
  const piped = await hangar(['analyze', '--json', '-'], { input: readFileSync(DEADLOCK) })
  const { stdout } = await hangar(['analyze', '--json', DEADLOCK])
  assert.deepEqual(linesOf(piped.stdout)[0]?.incidents, linesOf(stdout)[0]?.incidents)
})

test('a text in which nothing is readable cannot be used, and still has its line of JSON', async () => {
  const mute = join(folder, 'mute.txt')
  writeFileSync(mute, 'nothing to see here\n')
  const { code, stdout, stderr } = await hangar(['analyze', '--json', mute, HEALTHY])
  const [first, second] = linesOf(stdout)
  assert.deepEqual(first?.incidents, [])
  assert.match(stdout, /"expected":"a stack, a kernel log, a goroutine dump"/)
  assert.ok(second)
  assert.match(stderr, /mute\.txt: The text holds nothing that Hangar reads/)
  assert.equal(code, 2)
})

test('nothing on standard input cannot be used', async () => {
  const { code, stdout, stderr } = await hangar(['analyze', '-'])
  assert.equal(stdout, '')
  assert.notEqual(stderr, '')
  assert.equal(code, 2)
})

test('no PATH at all is an error', async () => {
  const { code, stderr } = await hangar(['analyze'])
  assert.equal(code, 2)
  assert.match(stderr, /it needs a PATH/)
})

test('--json and --md exclude each other', async () => {
  assert.equal((await hangar(['analyze', '--json', '--md', HEALTHY])).code, 2)
})

test('--md is Markdown', async () => {
  const { stdout } = await hangar(['analyze', '--md', DEADLOCK])
  assert.match(stdout, /^## /m)
  assert.match(stdout, /^\| Role \| Task \|/m)
})

test('--all-tasks shows tasks that are at rest, too', async () => {
  const few = await hangar(['analyze', '--json', HEALTHY])
  const all = await hangar(['analyze', '--json', '--all-tasks', HEALTHY])
  assert.ok(JSON.parse(all.stdout).tasks.length > JSON.parse(few.stdout).tasks.length + 20)
})

test('into a pipe there is no colour but where it is forced, and NO_COLOR wins', async () => {
  const ESCAPE = '\x1b['
  assert.ok(!(await hangar(['analyze', DEADLOCK])).stdout.includes(ESCAPE))
  const forced = await hangar(['analyze', DEADLOCK], { env: { FORCE_COLOR: '1' } })
  assert.ok(forced.stdout.includes(ESCAPE))
  const env = { FORCE_COLOR: '1', NO_COLOR: '1' }
  assert.ok(!(await hangar(['analyze', DEADLOCK], { env })).stdout.includes(ESCAPE))
})

test('signatures that cannot be used are named with file and line', async () => {
  writeFileSync(join(folder, 'mine.yaml'), 'id: mine\nversion: none\n')
  const { code, stderr } = await hangar(['analyze', '--signatures-dir', folder, HEALTHY])
  assert.equal(code, 2)
  assert.match(stderr, /mine\.yaml:2: expected /)
})

// Start-up is part of the product: what `analyze` imports before it runs is looked through.
test('analyze loads no HTTP server and no SQL', () => {
  const loaded = importsOf('src/cli/analyze.ts', new Set())
  for (const heavy of ['express', 'better-sqlite3', 'kysely', 'piscina', 'pino', 'zod', 'multer']) {
    assert.ok(!loaded.has(heavy), heavy)
  }
})

/** Everything that a module and what it imports statically import. */
function importsOf(file: string, seen: Set<string>): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  for (const [, name = ''] of text.matchAll(
    /^(?:import|export) (?!type )[^;]*?from '([^']+)'/gms,
  )) {
    if (name.startsWith('.')) importsOf(resolve(dirname(file), name), seen)
    else seen.add(name)
  }
  return seen
}
