import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { type Service, startService } from '../serve/service.ts'
import { Cell, cannotHang, childrenOf, stateOf, until } from './cell.ts'
import { collect, diagnosed, openBundle, testFolder } from './collector.ts'

// Tasks that really hang, on mounts of a daemon that does not answer. They are woken whatever
// happens: by the end of each test, and a minute later by a guard of their own.

const folder = testFolder('hangs')
after(folder.remove)

const DEADLINE_SECONDS = 40

/** A test that hangs tasks in a cell, and wakes them. */
function hang(name: string, run: (cell: Cell, at: string) => Promise<void>): void {
  test(name, { skip: cannotHang, timeout: 120_000 }, async () => {
    const at = folder.fresh()
    const cell = await Cell.open(at)
    try {
      await run(cell, at)
    } finally {
      await cell.close()
    }
  })
}

/** Collects from inside the cell, where fusectl is. */
async function collectIn(cell: Cell, at: string, ...more: readonly string[]) {
  const out = `${at}/${Math.random().toString(36).slice(2)}.tar.gz`
  const limits = ['--deadline', String(DEADLINE_SECONDS), '--resample', '2']
  const args = ['--out', out, ...limits, ...more]
  const ended = await collect({ shell: cell.shell, args, folder: at })
  assert.ok(ended.elapsedMs < DEADLINE_SECONDS * 1000, `it took ${ended.elapsedMs} ms`)
  return { out, ...ended }
}

const pidOf = ({ pid }: { readonly pid?: number | undefined }): number => {
  assert.ok(pid !== undefined)
  return pid
}

hang('a stopped FUSE daemon is named, and that SIGCONT lets it go on', async (cell, at) => {
  const { mountPoint, connection, child } = await cell.mount([])
  process.kill(pidOf(child), 'SIGSTOP')
  const reader = pidOf(cell.start('cat', `${mountPoint}/file`))
  await until('the reader waits', async () => {
    const waiting = await cell.run(`cat /sys/fs/fuse/connections/${connection}/waiting`)
    return waiting.trim() === '0' ? null : waiting
  })
  const { out, code, stderr } = await collectIn(cell, at)
  assert.equal(code, 0, stderr)
  const { diagnosis } = await diagnosed(out)
  const incident = diagnosis.incidents.find(({ subject }) => subject.id === String(connection))
  assert.equal(incident?.signature, 'fuse-daemon-unresponsive')
  assert.equal(incident.verdict, 'confirmed')
  assert.match(incident.summary, /is stopped/)
  assert.ok(incident.tasks.some(({ tid }) => tid === reader))
  assert.ok(incident.advice.steps.some(({ command }) => command === `kill -CONT ${child.pid}`))
})

hang(
  'a task that blocks its readers costs one time-out, and its connection is named',
  async (cell, at) => {
    const { mountPoint, connection } = await cell.mount(['--never', 'FLUSH'])
    const open = `require('node:fs').openSync('${mountPoint}/file', 'r+')`
    const exec = `process.execve('/bin/sleep', ['sleep', '100'], process.env)`
    const victim = pidOf(cell.start(process.execPath, '-e', `${open}; ${exec}`))
    await until('its flush has no answer', async () => {
      const waiting = await cell.run(`cat /sys/fs/fuse/connections/${connection}/waiting`)
      return waiting.trim() === '0' ? null : waiting
    })
    const { out, stderr } = await collectIn(cell, at)
    const { manifest } = openBundle(out)
    const stack = `proc/${victim}/task/${victim}/stack`
    const unreadable: { path: string; why: string }[] = manifest.unreadable
    const { diagnosis } = await diagnosed(out)
    const incident = diagnosis.incidents.find(({ tasks }) =>
      tasks.some(({ tid }) => tid === victim),
    )
    assert.match(incident?.summary ?? stderr, new RegExp(`FUSE connection ${connection}\\b`))
    // 6.18 blocks whoever reads the stack of a task in execve; not every kernel does.
    if (!unreadable.some(({ path }) => path === stack)) return
    assert.match(unreadable.find(({ path }) => path === stack)?.why ?? '', /^blocked/)
    assert.equal(incident?.signature, 'task-unreadable')
    assert.equal(incident.verdict, 'likely')
  },
)

hang(
  'the deadlock of a dying pid namespace is confirmed, healed by the advice, and cleared',
  async (cell, at) => {
    const service = await startService()
    try {
      const init = await dyingNamespace(cell)
      const sent = await collectIn(cell, at, '--server', service.url)
      assert.equal(sent.code, 0, sent.stderr)
      const found = await onlyDeadlock(service)
      assert.equal(found.verdict, 'confirmed')
      assert.equal(found.state, 'open')
      const abort = found.advice.steps
        .map(({ command }: { command: string | null }) => command)
        .find((command: string | null) => command?.endsWith('/abort'))
      await cell.run(abort)
      await until('init is gone', () => (stateOf(init) === null ? true : null))
      const again = await collectIn(cell, at, '--server', service.url)
      assert.equal(again.code, 0, again.stderr)
      const healed = await until('it is resolved', async () => {
        const { json } = await service.ask(`/api/v1/incidents/${found.id}`)
        return json.state === 'resolved' ? json : null
      })
      assert.ok(JSON.stringify(healed.history).includes('cleared'))
    } finally {
      await service.close()
    }
  },
)

/** A daemon with a file of its own mount open, whose pid namespace is killed; gives the init. */
async function dyingNamespace(cell: Cell): Promise<number> {
  const isolated = ['unshare', '--pid', '--fork', '--mount-proc', 'sh', '-c', '"$@" & wait', 'sh']
  const { child } = await cell.mount(['--open-own'], isolated)
  const [init = 0] = childrenOf(pidOf(child))
  process.kill(init, 'SIGKILL')
  await until('init waits for the rest', () => {
    const stack = readFileSync(`/proc/${init}/stack`, 'utf8')
    return stack.includes('zap_pid_ns_processes') ? true : null
  })
  return init
}

async function onlyDeadlock({ ask }: Service) {
  const found = await until('the bundle is diagnosed', async () => {
    const { json } = await ask('/api/v1/incidents?signature=fuse-flush-deadlock')
    return json.items.length > 0 ? json.items : null
  })
  assert.equal(found.length, 1)
  const { json } = await ask(`/api/v1/incidents/${found[0].id}`)
  return json
}
