#!/usr/bin/env node
// @ts-check

// Makes a sample of a real bundle: replaces what names a machine or a person, drops what no
// diagnosis reads, and packs the rest so that the same input gives the same bytes.
//
//   node samples/scrub.mjs BUNDLE SAMPLE.tar.gz
//
// BUNDLE is an archive or a folder. Names are replaced by others made of their hash: the same host
// has the same made-up name in every sample, so that successive bundles still belong together.
// READ WHAT COMES OUT before you commit it: this knows the usual places, not yours.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { packFolder } from '../src/cli/upload/pack.ts'

const [bundle, sample] = process.argv.slice(2)
if (!bundle || !sample) {
  process.stderr.write('usage: node samples/scrub.mjs BUNDLE SAMPLE.tar.gz\n')
  process.exit(2)
}

/** Files of /proc/<pid> and /proc/<pid>/task/<tid> that diagnoses read; the others are dropped. */
const PROC_FILES = ['comm', 'status', 'stat', 'stack', 'wchan', 'syscall', 'cgroup', 'mountinfo']

/** Files of the host that are kept, and what is done to their text beyond replacing names. */
/** @type {readonly (readonly [RegExp, (text: string, dropped: ReadonlySet<string>) => string])[]} */
const HOST_FILES = [
  [/^manifest\.json$/, (text) => text],
  [/^proc\/(version|uptime|mounts|locks|loadavg|sys\/kernel\/(hostname|osrelease|random\/boot_id))$/, (text) => text],
  [/^sys\/fs\/fuse\/connections\/\d+\/waiting$/, (text) => text],
  [/^sys\/kernel\/debug\/sunrpc\/rpc_clnt\/[^/]+\/tasks$/, (text) => text],
  [/^sys\/fs\/cgroup\/.*\/cgroup\.(events|freeze)$/, (text) => text],
  [/^sys\/block\/[^/]+\/(inflight|dev|pid|loop\/backing_file)$/, (text) => text],
  [/^etc\/(machine-id|os-release)$/, (text) => text],
  [/^goroutines\//, (text) => text],
  [/^resample\/.*\/(status|stat|stack)$/, (text) => text],
  [/^ps\.txt$/, trimPs],
  [/^(dmesg|serial-console|vmcore-dmesg|sysrq)(\.txt)?$/, trimLog],
  [/^(fuse-fds|dev-fuse-holders)\.txt$/, trimFds],
]

/** Idle kernel threads with one and the same stack that are kept: of fifty, two tell as much. */
const IDLE_KEPT = 2

/** Flag of stat field 9: a kernel thread. */
const PF_KTHREAD = 0x00200000

/** Lines that begin what a diagnosis reads, or end sysrq-t's list. */
const REPORT =
  /INFO: |BUG: |WARNING: |Oops|general protection|Kernel panic|sysrq: (?!Show State)|rcu: INFO|rcu_\w+ detected|nfs: server|unregister_netdevice|block nbd/

/** Lines kept before the first report: what the host did just then. */
const LINES_BEFORE = 5

const work = mkdtempSync(join(tmpdir(), 'hangar-scrub-'))
try {
  await scrub(bundle, sample)
} finally {
  execFileSync('chmod', ['-R', 'u+w', work])
  rmSync(work, { recursive: true, force: true })
}

/**
 * @param {string} from
 * @param {string} to
 */
async function scrub(from, to) {
  const folder = rootOf(statSync(from).isDirectory() ? from : unpack(from))
  const out = join(work, 'out')
  const names = namesIn(folder)
  const dropped = idleTasks(folder)
  for (const path of pathsOf(folder, '')) {
    const group = /^proc\/(\d+)\//.exec(path)
    if (group && dropped.has(group[1] ?? '')) continue
    copy({ folder, out, path, names, dropped })
  }
  await pipeline(packFolder(out), createWriteStream(to))
  process.stdout.write(`${to}: ${statSync(to).size} bytes, ${dropped.size} idle kernel threads left out\n`)
}

/** @param {string} archive */
function unpack(archive) {
  const into = join(work, 'in')
  mkdirSync(into)
  execFileSync('tar', ['-xf', archive, '-C', into, '--no-same-owner', '--no-same-permissions'])
  return into
}

/** The folder that holds proc/: archives may have one leading folder. @param {string} folder */
function rootOf(folder) {
  const inside = readdirSync(folder)
  if (inside.includes('proc') || inside.length !== 1) return folder
  return join(folder, inside[0] ?? '')
}

/**
 * @param {string} folder
 * @param {string} under
 * @returns {string[]}
 */
function pathsOf(folder, under) {
  return readdirSync(join(folder, under)).sort().flatMap((name) => {
    const path = under === '' ? name : `${under}/${name}`
    return lstatSync(join(folder, path)).isDirectory() ? pathsOf(folder, path) : [path]
  })
}

/**
 * @param {{ folder: string, out: string, path: string, names: Names, dropped: ReadonlySet<string> }} of
 */
function copy({ folder, out, path, names, dropped }) {
  const from = join(folder, path)
  const to = join(out, replaceNames(path, names))
  const isLink = lstatSync(from).isSymbolicLink()
  const trim = isLink ? null : trimOf(path)
  if (isLink ? !isTellingLink(path, readlinkSync(from)) : trim === null) return
  mkdirSync(dirname(to), { recursive: true })
  if (isLink) symlinkSync(replaceNames(readlinkSync(from), names), to)
  else writeFileSync(to, replaceNames(trim?.(readFileSync(from, 'utf8'), dropped) ?? '', names))
}

/** @param {string} path */
function trimOf(path) {
  const name = path.split('/').at(-1) ?? ''
  if (/^proc\/\d+\//.test(path)) {
    return PROC_FILES.includes(name) || /\/(fdlist|nslist)$/.test(path) ? (/** @type {string} */ text) => text : null
  }
  return HOST_FILES.find(([shape]) => shape.test(path))?.[1] ?? null
}

/**
 * Namespaces, and open files other than pipes, sockets and devices.
 * @param {string} path
 * @param {string} target
 */
function isTellingLink(path, target) {
  if (/\/ns\/(pid|mnt)$/.test(path)) return true
  return /\/fd\/\d+$/.test(path) && isTellingTarget(target)
}

/** @param {string} target */
function isTellingTarget(target) {
  if (target === '/dev/fuse') return true
  return target.startsWith('/') && !/^\/(dev|proc|sys|run|usr|var\/l(og|ib)|share)\//.test(target)
}

/**
 * Idle kernel threads beyond the first of their stack, by tgid.
 * @param {string} folder
 */
function idleTasks(folder) {
  /** @type {Map<string, number>} */
  const seen = new Map()
  /** @type {Set<string>} */
  const idle = new Set()
  for (const tgid of readdirSync(join(folder, 'proc')).filter((name) => /^\d+$/.test(name))) {
    const stack = stackIfIdle(join(folder, 'proc', tgid))
    if (stack === null) continue
    const count = (seen.get(stack) ?? 0) + 1
    seen.set(stack, count)
    if (count > IDLE_KEPT) idle.add(tgid)
  }
  return idle
}

/** @param {string} folder */
function stackIfIdle(folder) {
  try {
    const stat = readFileSync(join(folder, 'stat'), 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const isIdle = fields[0] === 'I' || fields[0] === 'S'
    if (!isIdle || (Number(fields[6]) & PF_KTHREAD) === 0) return null
    const stack = readFileSync(join(folder, 'stack'), 'utf8')
    return /worker_thread|rescuer_thread|smpboot_thread_fn|rcu_|kthread\+/.test(stack) ? stack : null
  } catch {
    // A task that could not be read whole is what a bundle is about; it stays.
    return null
  }
}

/**
 * Commands without their arguments, and none of the people who run them.
 * @param {string} text
 * @param {ReadonlySet<string>} dropped
 */
function trimPs(text, dropped) {
  const [head = '', ...rows] = text.split('\n')
  const at = head.search(/COMMAND|CMD|ARGS/)
  if (at < 0) return ''
  const present = rows.filter((row) => !dropped.has(row.trim().split(/\s+/)[1] ?? ''))
  const kept = present.map((row) => {
    const [tree = ''] = /^[\s|\\_]*/.exec(row.slice(at)) ?? []
    const words = row.slice(at + tree.length).split(' ')
    const defunct = words.at(-1) === '<defunct>' ? ' <defunct>' : ''
    return `${row.slice(0, at)}${tree}${words[0] ?? ''}${defunct}`
  })
  return [head, ...kept].join('\n').replace(/^(?!USER|root |UID)[a-z_][a-z0-9_+-]*/gm, (user) => 'user'.padEnd(user.length))
}

/** Without the boot (but for what tells version and clock), the kernel's command line, and sysrq-t's list of every task. @param {string} text */
function trimLog(text) {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => REPORT.test(line))
  let isListing = false
  return lines
    .filter((line, index) => {
      if (/sysrq: Show State/.test(line)) isListing = true
      else if (REPORT.test(line)) isListing = false
      if (isListing || /[Cc]ommand line/.test(line)) return false
      return /Linux version|system clock/.test(line) || (first >= 0 && index >= first - LINES_BEFORE)
    })
    .join('\n')
}

/** @param {string} text */
function trimFds(text) {
  return text
    .split('\n')
    .filter((line) => /^\/proc\/\d+\/fd/.test(line) || isTellingTarget(line.split(' -> ')[1] ?? ''))
    .filter((line, index, lines) => line.includes(' -> ') || lines[index + 1]?.includes(' -> '))
    .join('\n')
}

/** @typedef {{ readonly host: RegExp | null, readonly madeUp: string }} Names */

/** @param {string} folder @returns {Names} */
function namesIn(folder) {
  const host = textOf(join(folder, 'proc/sys/kernel/hostname'))
  if (host === '') return { host: null, madeUp: '' }
  // A name like `vm` is many machines', and a word of other texts: there it stands alone.
  const isOwn = /\d/.test(host) && host.length > 3
  const name = RegExp.escape(host)
  return {
    host: new RegExp(isOwn ? `(?<![\\w-])${name}(?![\\w-])` : `(?<=^|")${name}(?="|\\n?$)`, 'g'),
    madeUp: hostName(isOwn ? host : basename(sample ?? '')),
  }
}

/** @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // The bundle does not have it.
    return ''
  }
}

/**
 * @param {string} text
 * @param {Names} names
 */
function replaceNames(text, { host, madeUp }) {
  const named = host === null ? text : text.replace(host, madeUp)
  return named
    .replace(/\b[0-9a-f]{64}\b/g, (id) => hash(id, 64))
    .replace(/\b[0-9a-f]{32}\b/g, (id) => hash(id, 32))
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (id) => uuid(hash(id, 32)))
    .replace(/\b[0-9A-Z]{26}\b/g, (id) => hash(id, 26).toUpperCase())
    .replace(/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, (address) => `02:00:00${hash(address, 6).replace(/../g, ':$&')}`)
    .replace(/\b(?!127\.|0\.0\.|255\.)(?:\d{1,3}\.){3}\d{1,3}\b(?!\.)/g, (address) => `192.0.2.${Number.parseInt(hash(address, 2), 16)}`)
    .replace(/\bfe80::[0-9a-f:]+/g, (address) => `fe80::${hash(address, 4)}`)
}

/** @param {string} name */
function hostName(name) {
  return `node-${String(Number.parseInt(hash(name, 6), 16) % 1000).padStart(3, '0')}`
}

/**
 * @param {string} text
 * @param {number} length
 */
function hash(text, length) {
  return createHash('sha512').update(`hangar sample ${text}`).digest('hex').slice(0, length)
}

/** @param {string} hex */
function uuid(hex) {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
