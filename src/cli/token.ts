import type { Token } from '../model/access.ts'
import { nearest } from './arguments.ts'
import { type Arguments, type Command, type Terminal, UsageError } from './command.ts'
import { visible } from './paint.ts'
import { openTokens, type Tokens } from './token/tokens.ts'
import { wantedOf } from './token/wanted.ts'
import { TOKEN_FILE_OPTION } from './token-file.ts'

export const token: Command = {
  usage: [
    'hangar token create NAME [--role ROLE] [--expires AGE] [--label K=V]...',
    'hangar token list [--json]',
    'hangar token revoke ID...',
  ],
  about: [
    'Access tokens. While none exists, everyone on the machine of the service may use it and nobody else reaches it; once one exists, every request needs one, for ever: revoking the last does not open the service again.',
    'A collector may only upload. A viewer reads, an editor changes incidents and signatures too, an admin also tokens, webhooks and the audit trail. With --label a token sees only hosts that are labelled so, and what it uploads is labelled so.',
    'It works on the data folder itself, beside a running service, which heeds it from the next request on; or with --server over the network, by a token of an admin.',
    'create prints the token on standard output, this once: the store keeps only its hash.',
  ],
  options: [
    { name: 'role', value: 'ROLE', help: 'create: collector, viewer (default), editor or admin' },
    { name: 'expires', value: 'AGE', help: 'create: 12h, 90d, 1y or a date; else it never does' },
    { name: 'label', value: 'K=V', help: 'create: only hosts with this label', many: true },
    { name: 'json', value: null, help: 'create, list: as JSON, one a line' },
    { name: 'data', value: 'FOLDER', help: 'of the service (default ./data; HANGAR_DATA)' },
    { name: 'server', value: 'URL', help: 'ask a service instead of the folder' },
    TOKEN_FILE_OPTION,
  ],
  exits: [
    [0, 'done'],
    [2, 'the command line, the folder or the service cannot be used; there is no such token'],
  ],
  environment: [
    ['HANGAR_DATA', 'the same as --data'],
    ['HANGAR_TOKEN', 'a token for --server, where no file is named'],
  ],
  examples: [
    ['hangar token create ann --role admin', 'the first one'],
    ['hangar token create fleet --role collector --expires 1y', 'for the collectors of a fleet'],
    ['hangar token create storage --role viewer --label team=storage', 'sees one team only'],
    ['hangar token list', 'who has access?'],
  ],
  run: runToken,
}

type Run = (given: Arguments, tokens: Tokens, terminal: Terminal) => Promise<void>

const PARTS: Readonly<Record<string, { readonly run: Run; readonly makesFolder: boolean }>> = {
  create: { run: create, makesFolder: true },
  list: { run: list, makesFolder: false },
  revoke: { run: revoke, makesFolder: false },
}

async function runToken(given: Arguments, terminal: Terminal): Promise<number> {
  const [name = '', ...paths] = given.paths
  const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined
  if (!part) {
    const near = nearest(name, Object.keys(PARTS))
    const says = `no ${name} here${near ? `; did you mean ${near}?` : ''}`
    throw new UsageError(name === '' ? 'say create, list or revoke' : says)
  }
  const asked = { ...given, paths }
  const tokens = await openTokens(asked, part.makesFolder)
  try {
    await part.run(asked, tokens, terminal)
  } finally {
    await tokens.close()
  }
  return 0
}

async function create(given: Arguments, tokens: Tokens, terminal: Terminal): Promise<void> {
  const { token: made, secret } = await tokens.create(wantedOf(given, Date.now()))
  if (given.given.has('json')) {
    terminal.out(`${JSON.stringify({ ...made, token: secret })}\n`)
    return
  }
  terminal.out(`${secret}\n`)
  const until = made.expiresAt === null ? 'it does not expire' : `it expires ${made.expiresAt}`
  terminal.err(
    `This is the token of ${visible(made.name)}, ${made.role}, id ${made.id}; ${until}.\n` +
      'It is not shown again. Use it as Authorization: Bearer TOKEN, in HANGAR_TOKEN, or to sign in.\n',
  )
}

async function list(given: Arguments, tokens: Tokens, terminal: Terminal): Promise<void> {
  if (given.paths.length > 0) throw new UsageError(`list takes no ${given.paths.join(' ')}`)
  const all = await tokens.list()
  if (given.given.has('json')) {
    terminal.out(all.map((one) => `${JSON.stringify(one)}\n`).join(''))
    return
  }
  if (all.length === 0) terminal.err('No token exists. See hangar token --help.\n')
  for (const one of all) terminal.out(`${lineOf(one, Date.now())}\n`)
}

function lineOf(one: Token, nowMs: number): string {
  const labels = Object.entries(one.labels).map(([name, value]) => `${name}=${value}`)
  const parts = [
    one.id,
    one.role.padEnd('collector'.length),
    `${one.hint}…`,
    stateOf(one, nowMs).padEnd('expires 2026-11-24'.length),
    `used ${one.lastUsedAt?.slice(0, 16).replace('T', ' ') ?? 'never'.padEnd(16)}`,
    [one.name, ...labels].join(' '),
  ]
  return visible(parts.join('  '))
}

function stateOf({ revokedAt, expiresAt }: Token, nowMs: number): string {
  if (revokedAt !== null) return `revoked ${revokedAt.slice(0, 10)}`
  if (expiresAt === null) return 'good'
  return `${Date.parse(expiresAt) <= nowMs ? 'expired' : 'expires'} ${expiresAt.slice(0, 10)}`
}

async function revoke(given: Arguments, tokens: Tokens, terminal: Terminal): Promise<void> {
  if (given.paths.length === 0) throw new UsageError('revoke needs at least one ID')
  for (const id of given.paths) {
    const ended = await tokens.revoke(id)
    terminal.out(`${visible(`${ended.id} of ${ended.name}`)} is revoked\n`)
  }
}
