import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pauseOf } from '../../src/cli/upload/retry.ts'
import { hangar, start } from './run.ts'

const DEADLOCK = 'samples/bundle/fuse-flush-deadlock-docker-kill.tar.gz'
const HEALTHY = 'samples/bundle/healthy-idle-host.tar.gz'

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
const service = start(['serve', '--port', '0', '--data', join(folder, 'data')])
let url = ''

before(async () => {
  url = (await service.printed(/listens on (http:\S+),/))[1] ?? ''
})
after(async () => {
  service.child.kill('SIGTERM')
  await service.ended
  rmSync(folder, { recursive: true, force: true })
})

test('--wait prints one line for each incident, with an address that answers', async () => {
  const { code, stdout, stderr } = await hangar(['upload', DEADLOCK, '--server', url, '--wait'])
  assert.equal(code, 0, stderr)
  assert.equal(stderr, '')
  const [, address = ''] =
    /confirmed fuse-flush-deadlock \(critical\): .*, (http\S+)\n/.exec(stdout) ?? []
  assert.equal((await fetch(address)).status, 200)
})

test('the same bytes again are said to be there already', async () => {
  await hangar(['upload', HEALTHY, '--server', url])
  const { code, stdout } = await hangar(['upload', HEALTHY, '--server', url])
  assert.equal(code, 0)
  assert.match(stdout, /was there already/)
})

test('a healthy host has nothing found', async () => {
  const { stdout } = await hangar(['upload', HEALTHY, '--server', `${url}/`, '--wait'])
  assert.match(stdout, /nothing found/)
})

test('host and labels of the command line are those of the snapshot', async () => {
  const path = 'samples/bundle/docker-paused.tar.gz'
  await hangar([
    'upload',
    path,
    '--server',
    url,
    '--host',
    'web-9',
    '--label',
    'pool=a=b',
    '--wait',
  ])
  const answer = await fetch(`${url}/api/v1/snapshots?host=web-9`)
  const { items } = JSON.parse(await answer.text())
  assert.deepEqual(items[0]?.labels, { pool: 'a=b' })
})

test('what the service refuses is told with its reason, the others are sent, the exit is 1', async () => {
  const html = join(folder, 'page.html')
  writeFileSync(html, '<!doctype html><title>no</title>')
  const { code, stdout, stderr } = await hangar(['upload', html, HEALTHY, '--server', url])
  assert.equal(code, 1)
  assert.match(stderr, /page\.html: the service answered 4\d\d: /)
  assert.match(stdout, /healthy-idle-host/)
})

test('a file that is not there is named', async () => {
  const { code, stderr } = await hangar(['upload', 'absent.tar.gz', '--server', url])
  assert.equal(code, 1)
  assert.match(stderr, /absent\.tar\.gz: .*no such file/)
})

test('a label without a value and an address that is none are refused', async () => {
  assert.equal((await hangar(['upload', HEALTHY, '--label', 'pool'])).code, 2)
  assert.equal((await hangar(['upload', HEALTHY, '--server', 'hangar:7070'])).code, 2)
})

/** Runs `work` against a service that answers as told. */
async function withAnswers(
  answer: RequestListener,
  work: (address: string) => Promise<void>,
): Promise<void> {
  const server = createServer(answer)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  try {
    await work(`http://127.0.0.1:${address.port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('a service that is busy is asked again when it says', async () => {
  const askedAt: number[] = []
  const busyOnce: RequestListener = (request, response) => {
    request.resume().on('end', () => {
      askedAt.push(performance.now())
      const isBusy = askedAt.length === 1
      response.writeHead(isBusy ? 503 : 202, isBusy ? { 'retry-after': '1' } : {})
      response.end(
        JSON.stringify(
          isBusy ? { title: 'busy' } : { id: 'x', status: 'queued', url: '/snapshots/x' },
        ),
      )
    })
  }
  await withAnswers(busyOnce, async (address) => {
    const { code, stdout } = await hangar(['upload', HEALTHY, '--server', address])
    assert.equal(code, 0)
    assert.match(stdout, /queued/)
  })
  const [first = 0, second = 0] = askedAt
  assert.ok(second - first >= 950, `${second - first} ms`)
})

test('a connection that is cut is tried again', async () => {
  let asked = 0
  const cutOnce: RequestListener = (request, response) => {
    asked += 1
    if (asked === 1) request.destroy()
    else
      request
        .resume()
        .on('end', () => response.writeHead(202).end('{"id":"x","status":"queued","url":"/"}'))
  }
  await withAnswers(cutOnce, async (address) => {
    assert.equal((await hangar(['upload', DEADLOCK, '--server', address])).code, 0)
  })
  assert.equal(asked, 2)
})

test('an answer that is given before all is sent is taken', async () => {
  const refuse: RequestListener = (_request, response) => {
    response.writeHead(413, { connection: 'close' }).end('{"title":"too large","limitBytes":5}')
  }
  await withAnswers(refuse, async (address) => {
    const big = join(folder, 'big.tar')
    writeFileSync(big, Buffer.alloc(32 * 1024 * 1024))
    const { code, stderr } = await hangar(['upload', big, '--server', address])
    assert.equal(code, 1)
    assert.match(stderr, /answered 413: too large \(limitBytes 5\)/)
  })
})

test('something that is no Hangar is recognised', async () => {
  const page: RequestListener = (request, response) => {
    request.resume().on('end', () => response.writeHead(404).end('<html>'))
  }
  await withAnswers(page, async (address) => {
    const { code, stderr } = await hangar(['upload', HEALTHY, '--server', address])
    assert.equal(code, 1)
    assert.match(stderr, /answered 404 and no reason; is it a Hangar\?/)
  })
})

test('pauses grow, are bounded, vary by chance, and give way to what the service asks for', () => {
  assert.ok(pauseOf(1, null, 0) < pauseOf(3, null, 0))
  assert.ok(pauseOf(50, null, 1) <= 30_000)
  assert.notEqual(pauseOf(4, null, 0.1), pauseOf(4, null, 0.9))
  assert.ok(pauseOf(1, 7000, 0) >= 7000)
})
