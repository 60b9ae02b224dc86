import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'
import { type DiagnosedIncident, VERDICTS } from '../../src/model/diagnosis.ts'
import { GROUP_FILES, HOST_FILES, TASK_FILES } from '../../src/model/entry.ts'
import { Problem } from '../../src/model/problem.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { snapshotOfText } from '../../src/parse/text-snapshot.ts'
import { stackMade, taskMade } from './made.ts'
import { renumbered } from './renumbered.ts'
import { entriesOf, type Kept, replay } from './replay.ts'

// What holds for the diagnosis of any bundle. Each law runs on samples of every kind, and on some
// whole captures where those are.
const catalogue = loadCatalogue()
// The same cases on every run; change the seed to look at others.
fc.configureGlobal({ seed: 20_261_123 })

/** What a diagnosis claims, without the order and the words of it. */
function claims(snapshot: Snapshot): readonly string[] {
  return diagnose(snapshot, catalogue)
    .incidents.map((incident) => {
      const { signature, verdict, severity, subject, tasks } = incident
      const cast = tasks.map(({ role, tid }) => `${role} ${tid}`).sort()
      return `${signature} ${verdict} ${severity} ${subject.kind} ${subject.id}: ${cast.join(', ')}`
    })
    .sort()
}

const SAMPLES = [
  ...globSync('samples/signature/{fuse,nfs}-*/{fires,silent}-*/'),
  ...globSync('samples/signature/{pidns-teardown-stuck,unknown,flush-on-exit,rcu-stall}/*-*/'),
  ...globSync('samples/signature/{ext4-journal-stuck,rtnl-stuck,docker-api-stuck}/fires-*/'),
]
  .filter((path) => !path.endsWith('.txt'))
  .sort()

const CAPTURES_FOLDER = '../shared/captures'
const CAPTURES = ['fuse_flush_deadlock-a', 'nfs_flush_hang-a', 'victim_chain-a'].map(
  (name) => `${CAPTURES_FOLDER}/${name}.tar.gz`,
)

/** Runs a law on every sample, some times, and on the captures, fewer times. */
function law(says: string, holds: (kept: readonly Kept[], runs: number) => void): void {
  for (const path of SAMPLES) {
    test(`${path.slice('samples/signature/'.length)}: ${says}`, async () => {
      holds(await entriesOf(path), 4)
    })
  }
  for (const path of CAPTURES) {
    test(`${path}: ${says}`, async (t) => {
      if (!existsSync(path)) return t.skip(`${path} is not here`)
      holds(await entriesOf(path), 1)
      return undefined
    })
  }
}

law('the order of its files changes nothing', (kept, runs) => {
  const wanted = claims(replay(kept))
  const orders = fc.shuffledSubarray([...kept], { minLength: kept.length })
  fc.assert(
    fc.property(orders, (order) => assert.deepEqual(claims(replay(order)), wanted)),
    { numRuns: runs },
  )
})

law('other numbers for the same tasks change nothing else', (kept, runs) => {
  const snapshot = replay(kept)
  const wanted = claims(snapshot)
  const seeds = fc.integer({ min: 1, max: 2 ** 31 })
  fc.assert(
    fc.property(seeds, (seed) => {
      const { snapshot: other, back } = renumbered(snapshot, seed)
      const found = claims(other).map((claim) => sortedCast(claim.replace(/\d+/g, back)))
      assert.deepEqual(found.sort(), wanted)
    }),
    { numRuns: runs },
  )
})

/** The tasks of a claim in the order of their first numbers. */
function sortedCast(claim: string): string {
  const colon = claim.lastIndexOf(': ')
  return `${claim.slice(0, colon)}: ${claim
    .slice(colon + 2)
    .split(', ')
    .sort()
    .join(', ')}`
}

law('evidence names a line that is there, and a frame of it as it stands there', (kept) => {
  const files = new Map(kept.map(({ path, bytes }) => [path, bytes.toString().split('\n')]))
  for (const { signature, evidence } of diagnose(replay(kept), catalogue).incidents) {
    for (const { file, line, text } of evidence) {
      const found = files.get(file)?.[line - 1]
      assert.ok(found !== undefined, `${signature}: ${file}:${line}`)
      if (text.includes('+0x')) assert.ok(found.includes(text), `${file}:${line}: ${found}`)
    }
  }
})

const RESTS = [
  ['do_epoll_wait', '__x64_sys_epoll_wait', 'do_syscall_64'],
  ['futex_wait_queue', 'futex_wait', 'do_futex', '__x64_sys_futex', 'do_syscall_64'],
  ['hrtimer_nanosleep', 'common_nsleep', '__x64_sys_clock_nanosleep', 'do_syscall_64'],
].map(stackMade)

law('a thousand tasks at rest change nothing', (kept) => {
  const snapshot = replay(kept)
  const tasks = Array.from({ length: 1000 }, (_, index) =>
    taskMade({
      tid: 100_000 + index,
      tgid: 100_000 + index - (index % 10),
      comm: 'tokio-runtime-w',
      state: 'S',
      stack: RESTS[index % RESTS.length] ?? null,
      startTicks: 700,
    }),
  )
  assert.deepEqual(claims({ ...snapshot, tasks: [...snapshot.tasks, ...tasks] }), claims(snapshot))
})

const LOGS = globSync('samples/signature/*/*.txt').filter((path) =>
  /^\[ *\d+\.\d+\] /m.test(readFileSync(path, 'utf8')),
)

/** The same of a text; a text that holds nothing that is read claims nothing. */
function claimsOfText(text: string): readonly string[] {
  try {
    return claims(snapshotOfText(text, { name: 'log.txt' }))
  } catch (error) {
    assert.ok(error instanceof Problem && error.kind === 'text-unreadable', String(error))
    return []
  }
}

const PREFIX = /^\[ *(\d+)\.(\d+)\] /gm

for (const path of LOGS) {
  const text = readFileSync(path, 'utf8')
  const wanted = claimsOfText(text)

  for (const [says, other] of [
    ['without time stamps', text.replace(PREFIX, '')],
    ['behind syslog', text.replaceAll(/^/gm, 'Nov 23 12:52:10 node17 kernel: ')],
    ['with levels', text.replaceAll(/^/gm, '<4>')],
    ['with the task that wrote it', text.replace(PREFIX, '[$1.$2][  T165] ')],
    ['in a mail', text.replaceAll(/^/gm, '> ')],
    ['behind lines of boot', `[    0.000000] Linux version 6.1.0\n[    0.1] x86: yes\n${text}`],
  ] as const) {
    test(`${path.slice('samples/signature/'.length)} ${says} claims the same`, () => {
      assert.deepEqual(claimsOfText(other), wanted)
    })
  }
}

/** What speaks in defence: that tasks are young, that they moved, that a daemon lives. */
const IN_DEFENCE = /daemon-lives|stopped-daemon|just-started|moved|busy|young|lxcfs/

for (const path of SAMPLES.filter((each) => !IN_DEFENCE.test(each))) {
  test(`${path.slice('samples/signature/'.length)}: less evidence never makes us surer`, async () => {
    const kept = await entriesOf(path)
    const whole = diagnose(replay(kept), catalogue).incidents
    fc.assert(
      fc.property(fc.shuffledSubarray([...kept]), (left) => {
        const found = diagnose(replay(left), catalogue).incidents
        for (const incident of whole) assertNoSurer(incident, found)
      }),
      { numRuns: 12 },
    )
  })
}

/** The same finding about the same task, if it stays, is at most as sure. */
function assertNoSurer(was: DiagnosedIncident, found: readonly DiagnosedIncident[]): void {
  const anchor = was.tasks[0]?.tid
  const now = found.find(
    ({ signature, tasks }) => signature === was.signature && tasks[0]?.tid === anchor,
  )
  if (!now || was.severity === 'info') return
  const surer = VERDICTS.indexOf(now.verdict) < VERDICTS.indexOf(was.verdict)
  assert.ok(!surer, `${was.signature}: ${was.verdict} became ${now.verdict}`)
}

/** Bytes that look like a file of a bundle now and then, and mostly do not. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
  fc
    .array(
      fc.constantFrom(
        'State:\tD (disk sleep)',
        'NSpid:\t7\t1',
        'NSpid:\t7\t7\t7\t7',
        'Pid:\t7',
        'Tgid:\t7',
        'PPid:\t7',
        'TracerPid:\t7',
        'ShdPnd:\tffffffffffffffff',
        '[<0>] zap_pid_ns_processes+0x1/0x2',
        '[<0>] fuse_flush+0x1/0x2 [fuse]',
        '[<0>] do_exit+0x1/0x2',
        '[<0>] ptrace_stop+0x1/0x2',
        '7 (a) b) D 7 7 7 0 -1 4 0',
        '0:40 / / rw - fuse.x x rw',
        'INFO: task a:7 blocked for more than 9 seconds.',
        'goroutine 1 [select, 9 minutes]:',
        '1: POSIX  ADVISORY  WRITE 7 00:01:2 0 EOF',
        '1: -> POSIX  ADVISORY  WRITE 7 00:01:2 0 EOF',
        'pid -> pid:[7]',
      ),
      { maxLength: 12 },
    )
    .map((lines) => Buffer.from(`${lines.join('\n')}\n`)),
)

const anyEntry = fc.record({
  kind: fc.constantFrom(...TASK_FILES, ...GROUP_FILES, ...HOST_FILES),
  tgid: fc.constantFrom(0, 1, 7, 8),
  tid: fc.constantFrom(0, 7, 8),
  round: fc.constantFrom(0, 0, 1),
})

test('a bundle of any bytes is diagnosed, never thrown on', () => {
  const files = fc.array(fc.tuple(anyEntry, bytes, fc.boolean()), { maxLength: 24 })
  fc.assert(
    fc.property(files, (made) => {
      const kept = made.map(([entry, content, isLink]) => {
        const path = entry.tgid === 0 ? `sys/fs/fuse/connections/40/waiting` : ''
        return { entry: { ...entry, fd: 3, path }, bytes: content, isLink, path }
      })
      diagnose(replay(kept), catalogue, { allTasks: true })
    }),
    { numRuns: 1500 },
  )
})

test('any text is diagnosed or refused, and nothing else is thrown', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.tuple(fc.constantFrom(...LOGS), fc.nat(), fc.nat()).map(([path, from, length]) => {
      const text = readFileSync(path, 'utf8')
      const start = from % text.length
      return text.slice(start, start + (length % text.length))
    }),
  )
  fc.assert(
    fc.property(texts, (text) => {
      claimsOfText(text)
    }),
    { numRuns: 500 },
  )
})
