import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, type TestContext, test } from 'node:test'
import { collect, lacks, openBundle, remains, SHELLS, testFolder } from './collector.ts'
import { makeHost } from './host.ts'
import { startService, status } from './service.ts'

const folder = testFolder('deliver')
after(folder.remove)

const [SHELL] = SHELLS
const skip = lacks('curl') || SHELL?.skip

/** What is read does not matter here. */
const BRIEF = [
  '--resample',
  '0',
  '--exclude',
  'wchan,syscall,stat,cgroup,ns,fd,mountinfo,dmesg,locks',
]

/** A collector of a small host, which has never run before. */
function prepared() {
  const at = folder.fresh()
  const host = makeHost(at, [{ tgid: 1 }, { tgid: 7, comm: 'app' }])
  const spool = `${at}/spool`
  return {
    at,
    spooled: () =>
      existsSync(spool) ? readdirSync(spool).filter((name) => name.endsWith('.gz')) : [],
    run: (args: readonly string[], env = {}) =>
      collect({ folder: at, env, args: [...host.args, ...BRIEF, ...args] }),
  }
}

async function serve(t: TestContext, ...given: Parameters<typeof startService>) {
  const service = await startService(...given)
  t.after(service.stop)
  return service
}

test('a bundle is sent with its token, its host and its type, and is a bundle', {
  skip,
}, async (t) => {
  const service = await serve(t, status(202))
  const { at, run } = prepared()
  writeFileSync(`${at}/token`, 'hgr_secret-token\n')
  const args = ['--server', `${service.url}/`, '--token-file', `${at}/token`]
  const ended = await run(args)
  assert.equal(ended.code, 0, ended.stderr)
  const [upload] = service.uploads
  assert.equal(upload?.headers.authorization, 'Bearer hgr_secret-token')
  assert.equal(upload?.headers['content-type'], 'application/gzip')
  const url = new URL(upload?.url ?? '', service.url)
  assert.equal(url.pathname, '/api/v1/snapshots')
  assert.equal(url.searchParams.get('host'), 'made-up')
  writeFileSync(`${at}/got.tar.gz`, upload?.bytes ?? '')
  assert.equal(openBundle(`${at}/got.tar.gz`).manifest.host.name, 'made-up')
  assert.deepEqual(remains(`${at}/run`), { files: [], processes: [] })
})

test('an absent service leaves the bundle in the spool; the next run sends it', {
  skip,
}, async (t) => {
  const { run, spooled } = prepared()
  const away = await run(['--server', 'http://127.0.0.1:9', '--deadline', '2'])
  assert.equal(away.code, 5, away.stderr)
  assert.match(away.stderr, /kept in .*spool/)
  assert.equal(spooled().length, 1)
  const service = await serve(t, status(202))
  const back = await run(['--server', service.url])
  assert.equal(back.code, 0, back.stderr)
  assert.equal(service.uploads.length, 2)
  assert.deepEqual(spooled(), [])
})

test('a service that answers 500 is asked again, then the bundle is spooled', {
  skip,
}, async (t) => {
  const service = await serve(t, status(500))
  const { run, spooled } = prepared()
  const ended = await run(['--server', service.url, '--deadline', '6'])
  assert.equal(ended.code, 5, ended.stderr)
  assert.match(ended.stderr, /answered 500/)
  assert.ok(service.uploads.length > 1)
  const [first, second] = service.uploads
  assert.deepEqual(second?.bytes, first?.bytes)
  assert.equal(spooled().length, 1)
  assert.ok(ended.elapsedMs < 12_000, `${ended.elapsedMs} ms`)
})

test('a service that fails once is asked again and has the bundle', { skip }, async (t) => {
  const service = await serve(t, (response, uploads) =>
    status(uploads === 1 ? 502 : 202)(response, 0, response.req),
  )
  const { run, spooled } = prepared()
  const ended = await run(['--server', service.url])
  assert.equal(ended.code, 0, ended.stderr)
  assert.equal(service.uploads.length, 2)
  assert.deepEqual(spooled(), [])
})

test('Retry-After is waited for', { skip }, async (t) => {
  const service = await serve(t, (response, uploads) => {
    const answer = uploads === 1 ? status(429, { 'retry-after': '2' }) : status(202)
    answer(response, 0, response.req)
  })
  const { run } = prepared()
  const ended = await run(['--server', service.url])
  assert.equal(ended.code, 0, ended.stderr)
  const [first, second] = service.uploads
  assert.ok((second?.atMs ?? 0) - (first?.atMs ?? 0) >= 2000)
})

test('a longer Retry-After is kept by the runs to come', { skip }, async (t) => {
  const service = await serve(t, status(429, { 'retry-after': '3600' }))
  const { run, spooled } = prepared()
  for (const _ of [1, 2]) {
    const ended = await run(['--server', service.url, '--deadline', '10'])
    assert.equal(ended.code, 5, ended.stderr)
  }
  assert.equal(service.uploads.length, 1)
  assert.equal(spooled().length, 2)
})

test('a bundle that is refused is kept, and not sent again', { skip }, async (t) => {
  const refusing = await serve(t, status(413))
  const { run, spooled } = prepared()
  const ended = await run(['--server', refusing.url])
  assert.equal(ended.code, 6, ended.stderr)
  assert.equal(refusing.uploads.length, 1)
  assert.match(spooled().join(), /\.refused\.gz$/)
  const service = await serve(t, status(202))
  assert.equal((await run(['--server', service.url])).code, 0)
  assert.equal(service.uploads.length, 1)
})

for (const code of [302, 401, 403]) {
  test(`after ${code}, which is not the bundle's fault, a later run sends it`, {
    skip,
  }, async (t) => {
    const closed = await serve(t, status(code))
    const { run, spooled } = prepared()
    const ended = await run(['--server', closed.url])
    assert.equal(ended.code, 5, ended.stderr)
    assert.equal(closed.uploads.length, 1)
    assert.equal(spooled().length, 1)
    const service = await serve(t, status(202))
    assert.equal((await run(['--server', service.url])).code, 0)
    assert.equal(service.uploads.length, 2)
    assert.deepEqual(spooled(), [])
  })
}

test('a service that resets in mid-upload costs nothing but time', { skip }, async (t) => {
  const service = await serve(t, status(202), true)
  const { at, run, spooled } = prepared()
  const ended = await run(['--server', service.url, '--deadline', '4'])
  assert.equal(ended.code, 5, ended.stderr)
  assert.equal(spooled().length, 1)
  assert.deepEqual(remains(`${at}/run`), { files: [], processes: [] })
})

test('a service that never answers is left at the deadline', { skip }, async (t) => {
  const service = await serve(t, () => undefined)
  const { at, run, spooled } = prepared()
  const ended = await run(['--server', service.url, '--deadline', '4'])
  assert.equal(ended.code, 5, ended.stderr)
  assert.ok(ended.elapsedMs < 10_000, `${ended.elapsedMs} ms`)
  assert.equal(spooled().length, 1)
  assert.deepEqual(remains(`${at}/run`), { files: [], processes: [] })
})

test('a full spool drops the oldest, counts it, and the next manifest tells', {
  skip,
}, async () => {
  const { at, run, spooled } = prepared()
  mkdirSync(`${at}/spool`)
  for (const second of [100, 200, 300]) {
    writeFileSync(`${at}/spool/${second}.1.1.tar.gz`, Buffer.alloc(40_000))
  }
  const away = ['--server', 'http://127.0.0.1:9', '--deadline', '2', '--spool-max', '90000']
  assert.equal((await run(away)).code, 5)
  assert.equal(readFileSync(`${at}/spool/dropped`, 'utf8').trim(), '1')
  assert.ok(!spooled().includes('100.1.1.tar.gz'))
  assert.equal(spooled().length, 3)
  assert.equal((await run([...away, '--out', `${at}/out.tar.gz`])).code, 5)
  assert.equal(openBundle(`${at}/out.tar.gz`).manifest.spool.dropped, 1)
})

test('what neither goes out nor into the spool is an exit code of its own', { skip }, async () => {
  const { at, run } = prepared()
  writeFileSync(`${at}/spool`, 'in the way')
  const ended = await run(['--server', 'http://127.0.0.1:9', '--deadline', '2'])
  assert.equal(ended.code, 8, ended.stderr)
})

test('a token that is missing or malformed is not sent', { skip }, async (t) => {
  const service = await serve(t, status(202))
  const { at, run } = prepared()
  writeFileSync(`${at}/bad`, 'two words"\n')
  for (const file of ['absent', 'bad']) {
    const ended = await run(['--server', service.url, '--token-file', `${at}/${file}`])
    assert.equal(ended.code, 5, ended.stderr)
    assert.match(ended.stderr, /token/)
  }
  assert.equal(service.uploads.length, 0)
})

/** A PATH with these commands alone, each a link to where it really is. */
function pathOf(at: string, without: readonly string[], busybox: readonly string[] = []) {
  const bin = `${at}/bin`
  mkdirSync(bin)
  for (const place of (process.env['PATH'] ?? '').split(':').filter(existsSync)) {
    for (const name of readdirSync(place).filter((one) => TOOLS.test(one))) {
      if (without.includes(name) || existsSync(`${bin}/${name}`)) continue
      const command = busybox.includes(name) ? `busybox ${name}` : `${place}/${name}`
      writeFileSync(`${bin}/${name}`, `#!/bin/sh\nexec ${command} "$@"\n`)
      chmodSync(`${bin}/${name}`, 0o755)
    }
  }
  return { PATH: bin }
}

const TOOLS =
  /^(?:sh|dash|busybox|awk|cat|cp|curl|cut|date|dd|dmesg|find|grep|gzip|head|id|ionice|ln|ls|mkdir|mkfifo|mv|od|readlink|renice|rm|rmdir|sed|sleep|sort|tail|tar|tr|wc|wget)$/

test('without curl, GNU wget sends the very bytes and the token', {
  skip: lacks('wget'),
}, async (t) => {
  const service = await serve(t, status(202))
  const { at, run } = prepared()
  writeFileSync(`${at}/token`, 'hgr_x\n')
  const args = ['--server', service.url, '--token-file', `${at}/token`, '--out', `${at}/out.tar.gz`]
  const ended = await run(args, pathOf(at, ['curl']))
  assert.equal(ended.code, 0, ended.stderr)
  const [upload] = service.uploads
  assert.deepEqual(upload?.bytes, readFileSync(`${at}/out.tar.gz`))
  assert.equal(upload?.headers['content-type'], 'application/gzip')
  assert.equal(upload?.headers.authorization, 'Bearer hgr_x')
})

test("busybox's wget is not trusted with a bundle", { skip: lacks('busybox') }, async () => {
  const { at, run } = prepared()
  const ended = await run(['--server', 'http://127.0.0.1:9'], pathOf(at, ['curl'], ['wget']))
  assert.equal(ended.code, 3)
  assert.match(ended.stderr, /curl or GNU wget/)
})

test('a missing command is named', async () => {
  const { at, run } = prepared()
  const ended = await run(['--out', `${at}/out`], pathOf(at, ['tar', 'gzip']))
  assert.equal(ended.code, 3)
  assert.match(ended.stderr, /not there: gzip tar/)
})
