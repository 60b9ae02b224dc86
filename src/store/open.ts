import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { Problem } from '../model/problem.ts'
import { makeFolder } from './make-folder.ts'
import { migrate } from './migrate.ts'
import type { Schema } from './schema.ts'
import { type Sql, sqlOf } from './sql.ts'

/** The embedded store: one file, many readers, one writer at a time. */
export type Store = {
  readonly dataFolder: string
  /** Builds queries whose shape depends on the question; reads what is committed. */
  readonly db: Kysely<Schema>
  /** Prepared reads of what is committed. */
  readonly read: Sql
  /**
   * Runs `work` as one transaction, after those that were asked for before it. A `durable` one is
   * on the disk when the promise resolves; the others survive a crash of the process, and are
   * done again by whoever asked should the machine lose power.
   * @throws {Problem} store-full
   */
  write<Result>(work: (tx: Sql) => Promise<Result>, durable?: 'durable'): Promise<Result>
  close(): Promise<void>
}

/** Opens the store in a folder, making folder and tables where there are none. */
export function openStore(dataFolder: string): Store {
  makeFolder(resolve(dataFolder))
  const path = join(dataFolder, 'hangar.db')
  const writer = connect(path)
  migrate(writer)
  const reader = connect(path)
  reader.pragma('query_only = 1')
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: reader }) })
  return {
    dataFolder,
    db,
    read: sqlOf(reader),
    write: createWrite(writer),
    async close() {
      await db.destroy()
      writer.close()
    },
  }
}

/** Reads the store of a folder from another thread: what is committed, nothing else. */
export function openReader(dataFolder: string): Sql {
  const reader = connect(join(dataFolder, 'hangar.db'))
  reader.pragma('query_only = 1')
  return sqlOf(reader)
}

export function closeStore(store: Store): Promise<void> {
  return store.close()
}

function connect(path: string): Database.Database {
  const database = new Database(path, { timeout: 10_000 })
  database.pragma('journal_mode = WAL')
  database.pragma('cache_size = -32768')
  database.pragma('mmap_size = 268435456')
  database.pragma('temp_store = MEMORY')
  // Pages gather in the log until copying them is worth its two fsyncs.
  database.pragma('wal_autocheckpoint = 4000')
  return database
}

function createWrite(writer: Database.Database): Store['write'] {
  const tx = sqlOf(writer)
  let last: Promise<unknown> = Promise.resolve()
  const transact = async <Result>(
    work: (tx: Sql) => Promise<Result>,
    durable: boolean,
  ): Promise<Result> => {
    try {
      await tx.run(durable ? 'PRAGMA synchronous = FULL' : 'PRAGMA synchronous = NORMAL')
      await tx.run('BEGIN IMMEDIATE')
      const result = await work(tx)
      await tx.run('COMMIT')
      return result
    } catch (error) {
      if (writer.inTransaction) writer.exec('ROLLBACK')
      throw toProblem(error)
    }
  }
  return (work, durable) => {
    const mine = last.then(() => transact(work, durable === 'durable'))
    last = mine.catch(() => null)
    return mine
  }
}

const FULL_CODES: readonly string[] = [
  'SQLITE_FULL',
  'SQLITE_IOERR_WRITE',
  'ENOSPC',
  'EFBIG',
  'EDQUOT',
]

/** A full disk is the caller's to know; everything else stays what it is. */
export function toProblem(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return FULL_CODES.includes(String(code)) ? new Problem('store-full') : error
}
