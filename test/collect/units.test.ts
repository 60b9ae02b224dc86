import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { ANY_SHELL, collect, lacks, openBundle, SCRIPT, testFolder } from './collector.ts'

// The units and the manifest that run the collector: what they grant, and that they are understood.

const folder = testFolder('units')
after(folder.remove)

const SERVICES = ['hangar-collect.service', 'hangar-collect-watch.service']

/** What collecting needs, as measured; no more is granted. */
const CAPABILITIES = ['DAC_READ_SEARCH', 'SYS_PTRACE', 'SYS_ADMIN', 'SYSLOG']

/** Directives that give a unit its own mounts: to set those up, systemd walks over hung ones too. */
const OWN_MOUNTS =
  /^(?:Protect(?:System|Home|KernelTunables|KernelModules|KernelLogs|ControlGroups|Proc|Hostname)|ProcSubset|Private\w+|(?:ReadWrite|ReadOnly|Inaccessible|Bind\w*)Paths|RootDirectory|RootImage|TemporaryFileSystem|DynamicUser)$/

/** The directives of a unit by name; one given twice has the values of both, by blanks. */
function directivesOf(unit: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of readFileSync(`src/collect/${unit}`, 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#') || /^\[\w+\]$/.test(line)) continue
    const [name = '', value] = line.split(/=(.*)/s)
    assert.ok(value !== undefined, `${unit}: ${line}`)
    found.set(name, found.has(name) ? `${found.get(name)} ${value}` : value)
  }
  return found
}

for (const unit of SERVICES) {
  test(`${unit} grants what collecting needs, and kills what does not end`, () => {
    const directives = directivesOf(unit)
    assert.deepEqual(directives.get('CapabilityBoundingSet')?.split(' '), [
      ...CAPABILITIES.map((name) => `CAP_${name}`),
      'CAP_KILL',
    ])
    for (const name of [
      'NoNewPrivileges',
      'LockPersonality',
      'RestrictNamespaces',
      'SendSIGKILL',
    ]) {
      assert.equal(directives.get(name), 'yes', name)
    }
    for (const name of ['MemoryMax', 'TasksMax', 'TimeoutStopSec', 'Nice', 'SystemCallFilter']) {
      assert.ok(directives.has(name), name)
    }
  })

  test(`${unit} has no mount namespace of its own, which could not be set up on a wedged host`, () => {
    const own = [...directivesOf(unit).keys()].filter((name) => OWN_MOUNTS.test(name))
    assert.deepEqual(own, [])
  })

  test(`${unit} starts the script by options that it has`, () => {
    const [program, ...options] = (directivesOf(unit).get('ExecStart') ?? '').split(' ')
    assert.equal(program, '/usr/local/bin/hangar-collect')
    assert.deepEqual(refusalOf(options), null)
  })
}

/** What the script says of options that it does not take; null where it takes them. */
function refusalOf(options: readonly string[]): string | null {
  const [shell, ...before] = ANY_SHELL.command
  const places = ['--dry-run', '--server', 'http://127.0.0.1:1']
  const { status, stderr } = spawnSync(shell, [...before, SCRIPT, ...options, ...places], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  return status === 0 ? null : stderr
}

test('an option that the script does not have is refused: the tests above can fail', () => {
  assert.match(refusalOf(['--wach']) ?? '', /--wach/)
})

test('the units are such that systemd understands them', { skip: lacks('systemd-analyze') }, () => {
  const at = folder.fresh()
  const program = join(at, 'hangar-collect')
  writeFileSync(program, '#!/bin/sh\n')
  chmodSync(program, 0o755)
  for (const unit of [...SERVICES, 'hangar-collect.timer']) {
    const text = readFileSync(`src/collect/${unit}`, 'utf8')
    writeFileSync(join(at, unit), text.replaceAll('/usr/local/bin/hangar-collect', program))
  }
  for (const unit of [...SERVICES, 'hangar-collect.timer']) {
    const env = { ...process.env, SYSTEMD_UNIT_PATH: `${at}:` }
    const said = spawnSync('systemd-analyze', ['verify', join(at, unit)], { encoding: 'utf8', env })
    assert.equal(said.stderr, '', unit)
  }
})

test('the timer does not bring all hosts at once', () => {
  const timer = directivesOf('hangar-collect.timer')
  assert.equal(timer.get('RandomizedDelaySec'), '5min')
  assert.equal(timer.get('FixedRandomDelay'), 'yes')
  assert.equal(timer.get('WantedBy'), 'timers.target')
})

const manifest = parse(readFileSync('src/collect/daemonset.yaml', 'utf8'))
const pod = manifest.spec.template.spec
const [container] = pod.containers

test('the DaemonSet sees the tasks of its node, with the least rights that show them', () => {
  assert.equal(manifest.kind, 'DaemonSet')
  assert.deepEqual(manifest.spec.selector.matchLabels, manifest.spec.template.metadata.labels)
  assert.equal(pod.hostPID, true)
  assert.equal(pod.hostNetwork, undefined)
  assert.equal(pod.automountServiceAccountToken, false)
  assert.deepEqual(pod.tolerations, [{ operator: 'Exists' }])
  const { securityContext } = container
  assert.deepEqual(securityContext.capabilities, { drop: ['ALL'], add: CAPABILITIES })
  assert.equal(securityContext.privileged, false)
  assert.equal(securityContext.allowPrivilegeEscalation, false)
  assert.equal(securityContext.readOnlyRootFilesystem, true)
  assert.ok(container.resources.limits.memory && container.resources.requests.cpu)
})

test('the DaemonSet writes to its state and its memory alone, and its token is a secret', () => {
  const mounts: { name: string; mountPath: string; readOnly?: boolean }[] = container.volumeMounts
  const writable = mounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name)
  assert.deepEqual(writable, ['run', 'state'])
  const volumes: { name: string; [kind: string]: unknown }[] = pod.volumes
  assert.deepEqual(mounts.map(({ name }) => name).sort(), volumes.map(({ name }) => name).sort())
  const token = volumes.find(({ name }) => name === 'token')
  assert.deepEqual(token?.['secret'], { secretName: 'hangar-collect', defaultMode: 0o400 })
  assert.doesNotMatch(JSON.stringify(container.env), /token/i)
})

test('the DaemonSet starts the script by options that it has', () => {
  const options: string[] = container.args
  const withServer = options.map((each) => each.replace('$(HANGAR_SERVER)', 'http://127.0.0.1:1'))
  const here = withServer.map((each) =>
    each.replace(/=\/(?:host|run|var|etc)\/.*/, `=${folder.path}`),
  )
  const known = here.filter((each) => !each.startsWith('--token-file'))
  assert.equal(refusalOf(known), null)
})

test('the script by the name it is installed by is the script', () => {
  const at = folder.fresh()
  mkdirSync(join(at, 'bin'))
  const installed = join(at, 'bin/hangar-collect')
  copyFileSync(SCRIPT, installed)
  chmodSync(installed, 0o755)
  const said = execFileSync(installed, ['--version'], { encoding: 'utf8' })
  assert.match(said, /^hangar-collect \d+\.\d+\.\d+\n$/)
  assert.equal(basename(SCRIPT), 'hangar-collect.sh')
})

const cannotGrant = process.getuid?.() === 0 ? lacks('setpriv') : 'needs root'

/** A bundle that the script makes as root with these capabilities alone, and no way to more. */
async function collectedWith(capabilities: readonly string[]) {
  const only = ['-all', ...capabilities.map((name) => `+${name.toLowerCase()}`)].join(',')
  const grant = ['--no-new-privs', `--bounding-set=${only}`, `--inh-caps=${only}`]
  const shell = { name: 'granted', command: ['setpriv', ...grant, 'sh'], skip: false } as const
  const at = folder.fresh()
  const out = join(at, 'out.tar.gz')
  const other = spawn('setpriv', ['--reuid', '65534', '--clear-groups', 'sleep', '60'])
  try {
    // A stopped task is one that is looked at whole.
    await sleep(300)
    other.kill('SIGSTOP')
    const { code, stderr } = await collect({
      shell,
      args: ['--out', out, '--resample', '0'],
      folder: at,
    })
    assert.equal(code, 0, stderr)
    const own = `proc/${other.pid}/`
    return openBundle(out).lines.filter((line) => line.startsWith(own))
  } finally {
    other.kill('SIGKILL')
  }
}

const shows = (lines: readonly string[], what: RegExp) => lines.some((line) => what.test(line))
const STACK = /\/stack:\[<0>\] \w+\+0x/
const NAMESPACE = /\/nslist:.* pid -> pid:\[\d+\]/
const WCHAN = /\/wchan:\w*signal_stop/

test('what the units grant shows all of a task of another user', {
  skip: cannotGrant,
}, async () => {
  const lines = await collectedWith(CAPABILITIES)
  for (const what of [STACK, NAMESPACE, WCHAN, /\/syscall:\d/, /\/status:State/, /\/cgroup:/]) {
    assert.ok(shows(lines, what), String(what))
  }
})

for (const [name, what] of [
  ['SYS_ADMIN', STACK],
  ['SYS_PTRACE', NAMESPACE],
  ['DAC_READ_SEARCH', STACK],
] as const) {
  test(`without ${name} a part of it is not seen: none is granted for nothing`, {
    skip: cannotGrant,
  }, async () => {
    const lines = await collectedWith(CAPABILITIES.filter((each) => each !== name))
    assert.ok(shows(lines, /\/status:State/))
    assert.ok(!shows(lines, what))
  })
}
