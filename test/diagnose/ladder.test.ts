import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { loadCatalogue } from '../../src/ingest/load-catalogue.ts'
import { VERDICTS } from '../../src/model/diagnosis.ts'
import { snapshotOfText } from '../../src/parse/text-snapshot.ts'

// Who hunts the deadlock by hand pastes one thing after another. Each thing makes us surer.
const catalogue = loadCatalogue()

const FLUSHER = `# cat /proc/71204/stack
[<0>] request_wait_answer+0x159/0x2a0
[<0>] fuse_simple_request+0x18b/0x2b0
[<0>] fuse_flush+0x1a1/0x1e0
[<0>] filp_close+0x31/0x70
[<0>] put_files_struct+0x78/0xd0
[<0>] do_exit+0x363/0xb10
[<0>] do_group_exit+0x2d/0x80
[<0>] get_signal+0x985/0x990
[<0>] arch_do_signal_or_restart+0x3e/0x830
[<0>] exit_to_user_mode_prepare+0x1b2/0x240
[<0>] syscall_exit_to_user_mode+0x17/0x40
[<0>] do_syscall_64+0x69/0xb0
[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8
`
const SIGNALS = `# grep Pnd /proc/71204/status
SigPnd: 0000000000000000
ShdPnd: 0000000000000100
`
const INIT = `# cat /proc/70988/stack
[<0>] do_wait+0x114/0x320
[<0>] kernel_wait4+0xb4/0x160
[<0>] zap_pid_ns_processes+0x128/0x1d0
[<0>] do_exit+0xad6/0xb10
[<0>] do_group_exit+0x2d/0x80
[<0>] get_signal+0x985/0x990
[<0>] arch_do_signal_or_restart+0x3e/0x830
[<0>] exit_to_user_mode_prepare+0x1b2/0x240
[<0>] syscall_exit_to_user_mode+0x17/0x40
[<0>] do_syscall_64+0x69/0xb0
[<0>] entry_SYSCALL_64_after_hwframe+0x6e/0xd8
`

type Rung = readonly [says: string, text: string, verdict: string | null]

const LADDER: readonly Rung[] = [
  ["init's stack alone", INIT, null],
  ['the pending signals alone', SIGNALS, null],
  ["the flusher's stack alone", FLUSHER, 'possible'],
  ["the flusher's stack and its pending signals", `${FLUSHER}\n${SIGNALS}`, 'likely'],
  ["the flusher's stack and init's", `${FLUSHER}\n${INIT}`, 'likely'],
  ["init's stack and the flusher's", `${INIT}\n${FLUSHER}`, 'likely'],
  ['all three', `${INIT}\n${FLUSHER}\n${SIGNALS}`, 'confirmed'],
  ['all three, the other way round', `${FLUSHER}\n${SIGNALS}\n${INIT}`, 'confirmed'],
]

for (const [says, text, wanted] of LADDER) {
  test(`${says}: ${wanted ?? 'no deadlock is claimed'}`, () => climb(text, wanted))

  test(`${says}, quoted in a mail: ${wanted ?? 'no deadlock is claimed'}`, () => {
    climb(text.replaceAll(/^/gm, '> '), wanted)
  })

  test(`${says}, in a ticket with CR LF: ${wanted ?? 'no deadlock is claimed'}`, () => {
    climb(`Hello,\n\nhere is what I see:\n\n${text}`.replaceAll('\n', '\r\n'), wanted)
  })
}

function climb(text: string, wanted: string | null): void {
  const { incidents } = diagnose(snapshotOfText(text, { name: 'paste.txt' }), catalogue)
  const found = incidents.filter(({ signature }) => signature === 'fuse-flush-deadlock')
  assert.deepEqual(
    found.map(({ verdict }) => verdict),
    wanted === null ? [] : [wanted],
  )
  if (wanted !== null) assert.equal(incidents.length, 1)
}

test('what is missing from one rung leads to the next', () => {
  const { incidents } = diagnose(snapshotOfText(FLUSHER, { name: 'paste.txt' }), catalogue)
  const missing = incidents[0]?.missing.join('\n') ?? ''
  assert.match(missing, /SigPnd/)
  assert.match(missing, /init of the flusher/)
  const whole = snapshotOfText(`${INIT}\n${FLUSHER}\n${SIGNALS}`, { name: 'paste.txt' })
  const left = diagnose(whole, catalogue).incidents[0]?.missing.join('\n') ?? ''
  assert.doesNotMatch(left, /SigPnd|init of the flusher/)
})

const SEED = '../shared/seed'

/** The commands that a post shows with what they printed, by what they are of. */
function shown(text: string): { init: string; flusher: string; signals: string } | null {
  const blocks = text.split(/^(?=# )/m).map((block) => block.split(/\n\s*\n/)[0] ?? '')
  const has = (word: string) => blocks.find((block) => block.includes(word)) ?? null
  const [init, flusher, signals] = [has('zap_pid_ns'), has('] fuse_flush'), has('ShdPnd:')]
  return init && flusher && signals ? { init, flusher, signals } : null
}

test('the post that tells the hunt climbs the same ladder', (t) => {
  const [file] = existsSync(SEED) ? globSync(`${SEED}/*.txt`) : []
  if (file === undefined) return t.skip(`${SEED} is not here`)
  const found = shown(readFileSync(file, 'utf8'))
  assert.ok(found, 'the three commands are in the post')
  const { init, flusher, signals } = found
  climb(flusher, 'possible')
  climb(`${flusher}\n\n${signals}`, 'likely')
  climb(`${init}\n\n${flusher}`, 'likely')
  climb(`${init}\n\n${flusher}\n\n${signals}`, 'confirmed')
  return undefined
})

test('the whole post, pasted as it is, claims the deadlock', (t) => {
  const [file] = existsSync(SEED) ? globSync(`${SEED}/*.txt`) : []
  if (file === undefined) return t.skip(`${SEED} is not here`)
  const { incidents } = diagnose(
    snapshotOfText(readFileSync(file, 'utf8'), { name: 'post.txt' }),
    catalogue,
  )
  const [first] = incidents
  assert.equal(first?.signature, 'fuse-flush-deadlock')
  assert.ok(VERDICTS.indexOf(first.verdict) < VERDICTS.indexOf('possible'))
  return undefined
})
