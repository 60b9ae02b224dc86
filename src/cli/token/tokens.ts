import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { SETTINGS } from '../../config.ts'
import type { AuditItem, Token } from '../../model/access.ts'
import type { Sql } from '../../store/sql.ts'
import { type Arguments, InputError } from '../command.ts'
import { remoteTokens } from './remote.ts'
import type { Wanted } from './wanted.ts'

/** The tokens of one service. */
export type Tokens = {
  readonly create: (wanted: Wanted) => Promise<{ readonly token: Token; readonly secret: string }>
  readonly list: () => Promise<readonly Token[]>
  readonly revoke: (id: string) => Promise<Token>
  readonly close: () => Promise<void>
}

/**
 * Those of the data folder, or of the service that was named.
 * @throws {InputError} when there is none, and `makesFolder` is false
 */
export async function openTokens(given: Arguments, makesFolder: boolean): Promise<Tokens> {
  const server = given.values['server']
  if (server !== undefined) return remoteTokens(server, given)
  const { HANGAR_DATA: fromEnvironment } = process.env
  const folder = resolve(given.values['data'] || fromEnvironment || SETTINGS.dataFolder.fallback)
  if (!makesFolder && !existsSync(join(folder, 'hangar.db'))) {
    throw new InputError(`no Hangar keeps its data in ${folder}; name the folder by --data`)
  }
  return localTokens(folder)
}

async function localTokens(folder: string): Promise<Tokens> {
  const { closeStore, openStore } = await import('../../store/open.ts')
  const { createToken, listTokens, revokeToken } = await import('../../store/tokens.ts')
  const store = openStore(folder)
  const who = `command line, ${userInfo().username}`
  return {
    create: (wanted) =>
      store.write(async (tx) => {
        const nowMs = Date.now()
        const made = await createToken(tx, { ...wanted, createdBy: who }, nowMs)
        await note(tx, { who, action: 'token create', target: made.token.id }, nowMs)
        return made
      }, 'durable'),
    async list() {
      const all: Token[] = []
      let cursor: string | null = null
      do {
        const page: Awaited<ReturnType<typeof listTokens>> = await listTokens(store, {
          limit: 500,
          cursor,
        })
        all.push(...page.items)
        cursor = page.next
      } while (cursor !== null)
      return all
    },
    revoke: (id) =>
      store.write(async (tx) => {
        const nowMs = Date.now()
        await note(tx, { who, action: 'token revoke', target: id }, nowMs)
        return revokeToken(tx, id, nowMs)
      }, 'durable'),
    close: () => closeStore(store),
  }
}

async function note(
  tx: Sql,
  what: Pick<AuditItem, 'who' | 'action' | 'target'>,
  nowMs: number,
): Promise<void> {
  const { addAudit } = await import('../../store/audit.ts')
  await addAudit(tx, {
    ...what,
    at: new Date(nowMs).toISOString(),
    tokenId: null,
    address: null,
    method: null,
    path: null,
    status: null,
  })
}
