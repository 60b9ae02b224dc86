import type Database from 'better-sqlite3'

export type SqlValue = string | number | null | Uint8Array

/**
 * Prepared statements by their text. The text is a constant of the caller, so each is prepared
 * once. Everything answers a promise, so that the same callers can be served by a server of SQL.
 */
export type Sql = {
  all<Row>(text: string, ...values: readonly SqlValue[]): Promise<readonly Row[]>
  get<Row>(text: string, ...values: readonly SqlValue[]): Promise<Row | null>
  /** Answers how many rows it changed. */
  run(text: string, ...values: readonly SqlValue[]): Promise<number>
}

/** Texts that are put together for one request must not fill the memory. */
const STATEMENTS_MAX = 500

/** Speaks to one SQLite connection. */
export function sqlOf(database: Database.Database): Sql {
  // Of many kinds of rows: which, is known only to who wrote the text.
  const prepared = new Map()
  function statementOf<Row>(text: string): Database.Statement<SqlValue[], Row> {
    const known: Database.Statement<SqlValue[], Row> | undefined = prepared.get(text)
    if (known) return known
    if (prepared.size >= STATEMENTS_MAX) prepared.clear()
    const statement = database.prepare<SqlValue[], Row>(text)
    prepared.set(text, statement)
    return statement
  }
  return {
    async all<Row>(text: string, ...values: readonly SqlValue[]) {
      return statementOf<Row>(text).all(...values)
    },
    async get<Row>(text: string, ...values: readonly SqlValue[]) {
      return statementOf<Row>(text).get(...values) ?? null
    },
    async run(text, ...values) {
      return statementOf(text).run(...values).changes
    },
  }
}
