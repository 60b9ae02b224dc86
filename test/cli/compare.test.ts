import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { hangar } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangar-test-'))
after(() => rmSync(folder, { recursive: true }))

/** An unpacked bundle in which one task waits in a driver that no signature knows. */
function takeAt(uptime: number, switches: number): string {
  const root = join(folder, `at-${uptime}-${switches}`)
  const files: Readonly<Record<string, string>> = {
    'proc/uptime': `${uptime}.00 100.00\n`,
    'proc/sys/kernel/random/boot_id': 'e2b5b7ae-1111-4f6a-9c2e-0123456789ab\n',
    'proc/402/task/402/status': `Name:\tvendord\nState:\tD (disk sleep)\nTgid:\t402\nPid:\t402\nvoluntary_ctxt_switches:\t${switches}\nnonvoluntary_ctxt_switches:\t1\n`,
    'proc/402/task/402/stat': `402 (vendord) D 1 402 402 0 -1 4194304 ${'0 '.repeat(12)}2000 0 0\n`,
    'proc/402/task/402/stack':
      '[<0>] vendor_wait_event+0x13f/0x220\n[<0>] vendor_ioctl+0x1/0x2d0\n',
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

async function signaturesOf(paths: readonly string[]): Promise<readonly (readonly string[])[]> {
  const { stdout } = await hangar(['analyze', '--json', ...paths])
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const { incidents }: { incidents: { signature: string }[] } = JSON.parse(line)
      return incidents.map(({ signature }) => signature)
    })
}

test('a PATH is compared with an earlier PATH of the same boot, and not with a later one', async () => {
  const [early, late] = [takeAt(500, 7), takeAt(560, 7)]
  assert.deepEqual(await signaturesOf([early, late]), [[], ['unknown']])
  assert.deepEqual(await signaturesOf([late, early]), [[], []])
})

test('a task that ran between two PATHs is not called stuck', async () => {
  assert.deepEqual(await signaturesOf([takeAt(500, 7), takeAt(560, 9)]), [[], []])
})

const TAKES: readonly (readonly [string, readonly [string, string]])[] = [
  ['a busy FUSE daemon', ['busy-but-healthy-1', 'busy-but-healthy-2-five-seconds-later']],
  ['a slow teardown', ['slow-teardown-1', 'slow-teardown-2-five-seconds-later']],
]
for (const [says, takes] of TAKES) {
  test(`two looks at ${says} end with nothing but a note`, async () => {
    const paths = takes.map((name) => `samples/bundle/${name}.tar.gz`)
    const { stdout } = await hangar(['analyze', '--json', ...paths])
    const [, second = '{}'] = stdout.trim().split('\n')
    const { incidents }: { incidents: { severity: string }[] } = JSON.parse(second)
    assert.deepEqual(
      incidents.filter(({ severity }) => severity !== 'info'),
      [],
    )
  })
}
