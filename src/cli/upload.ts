import { setTimeout as sleep } from 'node:timers/promises'
import { DEFAULT_SERVER, serverAddress } from './ask-service.ts'
import { type Arguments, type Command, type Terminal, UsageError } from './command.ts'
import { explainFailure } from './failure.ts'
import { visible } from './paint.ts'
import { givenToken, TOKEN_FILE_OPTION } from './token-file.ts'
import { createProgress, QUIET } from './upload/progress.ts'
import { withRetry } from './upload/retry.ts'
import { type Answer, get, post, sourceOf, type Token } from './upload/send.ts'

/** Pauses between them sum to some two minutes: a restart of the service is ridden out. */
const ATTEMPTS_MAX = 9

/** Seconds that one request may wait for its diagnosis; then it is asked for again. */
const WAIT_SECONDS = 25
const POLL_MS = 500

export const upload: Command = {
  usage: [
    'hangar upload PATH... --server URL [--host NAME] [--label K=V]... [--token-file FILE] [--wait]',
  ],
  about: [
    'Sends each PATH, a bundle or a folder (packed on the way), to a service, and prints where it is kept. The same bytes are stored once: sending again what was sent, or what was cut off, does no harm.',
    'Where the network or the service fails for the moment, it tries again, longer apart each time, for about two minutes in all; a Retry-After is honoured. Progress is shown on a terminal only.',
    'With --wait it waits for the diagnosis and prints one line for each incident, with its address.',
  ],
  options: [
    { name: 'server', value: 'URL', help: `address of the service (default ${DEFAULT_SERVER})` },
    TOKEN_FILE_OPTION,
    { name: 'host', value: 'NAME', help: 'name of the host; stronger than what the bundle says' },
    { name: 'label', value: 'K=V', help: 'a label of the host, e.g. pool=web', many: true },
    { name: 'wait', value: null, help: 'wait for the diagnosis and print what was found' },
  ],
  exits: [
    [0, 'all are stored (with --wait: and diagnosed)'],
    [1, 'at least one was refused, failed, or could not be sent'],
    [2, 'the command line cannot be used'],
  ],
  environment: [
    ['HANGAR_SERVER', 'the same as --server'],
    ['HANGAR_TOKEN', 'the access token itself, where no --token-file is given'],
  ],
  examples: [
    ['hangar upload web-7.tar.gz --server http://hangar:7070 --wait', 'and what is wrong with it?'],
    ['hangar upload *.tar.gz --label pool=web', 'many, with a label to count by'],
  ],
  run: runUpload,
}

/** Where to, and how to say it. */
export type Target = {
  readonly server: URL
  /** Absent: none is shown. */
  readonly token?: Token
  readonly query: URLSearchParams
  readonly waits: boolean
  /** Prints names, not whole paths. */
  readonly isShort: boolean
}

async function runUpload(given: Arguments, terminal: Terminal): Promise<number> {
  if (given.paths.length === 0) throw new UsageError('it needs at least one PATH')
  const target = targetOf(given)
  let failed = 0
  for (const path of given.paths) {
    try {
      await uploadOne(path, target, terminal)
    } catch (error) {
      failed += 1
      terminal.err(`hangar upload: ${visible(path)}: ${reasonOf(error)}\n`)
    }
  }
  return failed === 0 ? 0 : 1
}

/** The service said no, or its answer is none of ours. */
class Refused extends Error {
  override readonly name = 'Refused'
}

function targetOf(asked: Arguments): Target {
  const { values, all, given } = asked
  const { HANGAR_SERVER: fromEnvironment } = process.env
  const server = serverAddress(values['server'] ?? (fromEnvironment || DEFAULT_SERVER))
  const query = new URLSearchParams()
  if (values['host'] !== undefined) query.set('host', values['host'])
  for (const label of all['label'] ?? []) {
    const at = label.indexOf('=')
    if (at < 1) throw new UsageError(`--label takes NAME=VALUE, not ${label}`)
    query.set(`label.${label.slice(0, at)}`, label.slice(at + 1))
  }
  return { server, token: givenToken(asked), query, waits: given.has('wait'), isShort: false }
}

/**
 * Sends one bundle and prints where it is kept, or what was found in it.
 *
 * @throws {Error} Refused, or of the network or file system
 */
export async function uploadOne(path: string, target: Target, terminal: Terminal): Promise<void> {
  const source = await sourceOf(path)
  const name = visible(target.isShort ? source.name : path)
  const url = new URL('api/v1/snapshots', target.server)
  url.search = new URLSearchParams([...target.query, ['name', source.name]]).toString()
  if (target.waits) url.searchParams.set('wait', String(WAIT_SECONDS))
  const progress = terminal.showsProgress ? createProgress(name, terminal.err) : QUIET
  const onSent = (sentBytes: number) => progress.show(sentBytes, source.sizeBytes)
  const answer = await withRetry(() => post(url, source, { token: target.token ?? null, onSent }), {
    attemptsMax: ATTEMPTS_MAX,
    onPause: (why, ms) => progress.say(`${why}, trying again in ${(ms / 1000).toFixed(1)} s`),
    random: Math.random,
  })
  progress.clear()
  const { id, status, url: address } = answer.body
  if (answer.status >= 400 || typeof id !== 'string') throw new Refused(problemOf(answer))
  if (!target.waits) {
    const isNew = answer.status !== 200
    terminal.out(`${name}: ${isNew ? status : 'was there already'}, ${absolute(address, target)}\n`)
    return
  }
  await printFound(name, id, target, terminal)
}

/** One line for each incident of a snapshot, once it is diagnosed. */
async function printFound(
  name: string,
  id: string,
  target: Target,
  terminal: Terminal,
): Promise<void> {
  const snapshot = await diagnosed(id, target)
  const incidents = Array.isArray(snapshot['incidents']) ? snapshot['incidents'] : []
  if (incidents.length === 0) terminal.out(`${name}: nothing found\n`)
  for (const incident of incidents) {
    const { body } = await ask(`incidents/${encodeURIComponent(String(incident))}`, target)
    const { verdict, severity, signature, title, url } = body
    const line = `${verdict} ${signature} (${severity}): ${title}, ${absolute(url, target)}`
    terminal.out(`${name}: ${visible(line)}\n`)
  }
}

async function diagnosed(id: string, target: Target): Promise<Answer['body']> {
  for (;;) {
    const { body } = await ask(`snapshots/${encodeURIComponent(id)}`, target)
    if (body['status'] === 'done') return body
    if (body['status'] === 'failed') throw new Refused(problemText(body['problem']))
    await sleep(POLL_MS)
  }
}

async function ask(path: string, { server, token = null }: Target): Promise<Answer> {
  const retry = { attemptsMax: ATTEMPTS_MAX, onPause: () => {}, random: Math.random }
  const answer = await withRetry(() => get(new URL(`api/v1/${path}`, server), token), retry)
  if (answer.status !== 200) throw new Refused(problemOf(answer))
  return answer
}

function absolute(address: unknown, { server }: Target): string {
  return URL.parse(String(address), server.href)?.href ?? String(address)
}

/** What to do where a service lets nobody in. */
const WAY_IN: Readonly<Record<number, string>> = {
  401: '; give it an access token: --token-file FILE, or HANGAR_TOKEN (hangar token create NAME --role collector makes one)',
  403: '; the token does not allow it',
}

function problemOf({ status, body }: Answer): string {
  return `${saidBy({ status, body })}${WAY_IN[status] ?? ''}`
}

function saidBy({ status, body }: Pick<Answer, 'status' | 'body'>): string {
  return typeof body['title'] === 'string'
    ? `the service answered ${status}: ${problemText(body)}`
    : `the service answered ${status} and no reason; is it a Hangar?`
}

/** Members of every problem document (RFC 9457); the others are facts. */
const ENVELOPE = ['type', 'status', 'instance']

/** Title and facts of a problem document. */
function problemText(problem: unknown): string {
  if (typeof problem !== 'object' || problem === null) return 'it gave no reason'
  const { title, ...facts }: Record<string, unknown> = { ...problem }
  const shown = Object.entries(facts)
    .filter(([name]) => !ENVELOPE.includes(name))
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return visible(shown.length === 0 ? String(title) : `${title} (${shown.join(', ')})`)
}

function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.message
  const says = explainFailure(error)
  if (says !== null) return says
  if (error instanceof Error) return `it could not be sent: ${error.message || error.name}`
  throw error
}
