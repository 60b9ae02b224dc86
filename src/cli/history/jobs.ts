import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { SETTINGS } from '../../config.ts'
import type { Work, WorkInput, WorkKind } from '../../model/work.ts'
import { type Ask, serviceOf, toBody } from '../ask-service.ts'
import { signaturesFolderOf } from '../catalogue.ts'
import { type Arguments, InputError, type Option } from '../command.ts'
import { TOKEN_FILE_OPTION } from '../token-file.ts'

/** The flags of every command that goes through history. */
export const HISTORY_OPTIONS: readonly Option[] = [
  { name: 'data', value: 'FOLDER', help: 'of a service that does not run (default ./data)' },
  { name: 'server', value: 'URL', help: 'ask a running service instead of the folder' },
  TOKEN_FILE_OPTION,
]

export const HISTORY_ENVIRONMENT = [
  ['HANGAR_DATA', 'the same as --data'],
  ['HANGAR_TOKEN', 'a token for --server, where no file is named'],
] as const

/** The jobs of one service. */
export type Jobs = {
  readonly ask: (kind: WorkKind, input: WorkInput) => Promise<Work>
  readonly find: (id: string) => Promise<Work>
  readonly resume: (id: string) => Promise<Work>
  /** The newest ones. */
  readonly newest: () => Promise<readonly Work[]>
  /** Goes on without us; null where nobody else would. */
  readonly server: string | null
  readonly close: () => Promise<void>
}

/**
 * Those of the data folder, or of the service that was named.
 * @throws {InputError} when there is none, or a service works on the folder
 */
export async function openJobs(given: Arguments): Promise<Jobs> {
  const server = given.values['server']
  if (server !== undefined) return remoteJobs(server, serviceOf(server, given))
  const { HANGAR_DATA: fromEnvironment } = process.env
  const folder = resolve(given.values['data'] || fromEnvironment || SETTINGS.dataFolder.fallback)
  if (!existsSync(join(folder, 'hangar.db'))) {
    throw new InputError(
      `no Hangar keeps its data in ${folder}; name the folder by --data, or a service by --server`,
    )
  }
  return localJobs(folder, signaturesFolderOf(given))
}

async function localJobs(folder: string, catalogueFolder: string | null): Promise<Jobs> {
  const { closeStore, openStore } = await import('../../store/open.ts')
  const { isFolderTaken } = await import('../../store/folder-lock.ts')
  const { openHistory } = await import('../../ingest/history.ts')
  const { listWork } = await import('../../store/work.ts')
  // Asked before anything is opened: the tables of a running service are not touched.
  if (isFolderTaken(folder)) {
    throw new InputError(`a service works on ${folder}; ask it by --server URL, or stop it first`)
  }
  const store = openStore(folder)
  const history = await openHistory({ store, dataFolder: folder, catalogueFolder })
  const { work } = history
  const who = `command line, ${userInfo().username}`
  return {
    ask: (kind, input) => work.ask(kind, input, who),
    find: (id) => work.find(id),
    resume: async (id) => {
      const { state } = await work.find(id)
      if (state === 'paused') return work.move(id, 'queued')
      work.wake()
      return work.find(id)
    },
    newest: async () => (await listWork(store.read, { limit: NEWEST, before: null })).items,
    server: null,
    async close() {
      await history.close()
      await closeStore(store)
    },
  }
}

const NEWEST = 50

const PATHS: Readonly<Record<WorkKind, string>> = {
  try: 'signatures/try',
  reclassify: 'reclassify',
}

function remoteJobs(server: string, ask: Ask): Jobs {
  const job = (id: string) => `jobs/${encodeURIComponent(id)}`
  return {
    async ask(kind, input) {
      const given = Object.entries(input).filter(([, value]) => value !== null)
      return toWork(await ask(PATHS[kind], 'POST', Object.fromEntries(given)))
    },
    find: async (id) => toWork(await ask(job(id), 'GET')),
    resume: async (id) => {
      const work = await toWork(await ask(job(id), 'GET'))
      return work.state === 'paused' ? toWork(await ask(`${job(id)}/resume`, 'POST')) : work
    },
    newest: async () => {
      const { items } = toBody(await ask(`jobs?limit=${NEWEST}`, 'GET'))
      return Promise.all((Array.isArray(items) ? items : []).map(toWork))
    },
    server,
    close: async () => {},
  }
}

/** What a service answers is looked at as what anyone sends. */
async function toWork(body: unknown): Promise<Work> {
  const { Work: shape } = await import('../../serve/schemas-work.ts')
  const read = shape.safeParse(body)
  if (read.success) return read.data
  throw new InputError('the service answers no job; is it a Hangar, as new as this one?')
}
