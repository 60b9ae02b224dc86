import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'

const FOLDER = join(import.meta.dirname, '../../migrations/sqlite')

/** Brings the tables to the newest version: each file of the folder once, in the order of their numbers. */
export function migrate(database: Database.Database, folder: string = FOLDER): void {
  const files = readdirSync(folder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort()
  database
    .transaction(() => {
      database.exec('CREATE TABLE IF NOT EXISTS versions (file TEXT NOT NULL PRIMARY KEY)')
      const done = new Set(database.prepare('SELECT file FROM versions').pluck().all())
      for (const file of files) {
        if (done.has(file)) continue
        database.exec(readFileSync(join(folder, file), 'utf8'))
        database.prepare('INSERT INTO versions (file) VALUES (?)').run(file)
      }
    })
    .immediate()
}
