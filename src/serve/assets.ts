import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type RequestHandler, Router } from 'express'

const STATIC_FOLDER = fileURLToPath(new URL('../web/static/', import.meta.url))

/** Colours and ground first, then the parts of pages, last what narrow screens and paper change. */
const SHEETS = [
  'style.css',
  ...globSync('styles/*.css', { cwd: STATIC_FOLDER }).sort(),
  'narrow.css',
] as const

/** All style sheets as one: a page waits for a single file. */
const STYLE = SHEETS.map((name) => readFileSync(join(STATIC_FOLDER, name), 'utf8')).join('\n')

/** Of the bytes of all static files: a change of one gives all of them new addresses. */
export const ASSETS = globSync('**/*.*', { cwd: STATIC_FOLDER })
  .sort()
  .reduce(
    (hash, file) => hash.update(readFileSync(join(STATIC_FOLDER, file))),
    createHash('sha256'),
  )
  .digest('hex')
  .slice(0, 12)

/** Kept for ever under the address that pages ask for, asked again by any other. */
export function staticFiles(): Router {
  const router = Router()
  router.use(cacheByHash)
  router.get('/style.css', (_request, response) => {
    response.type('css').send(STYLE)
  })
  router.use(express.static(STATIC_FOLDER, { index: false, redirect: false, cacheControl: false }))
  return router
}

const cacheByHash: RequestHandler = (request, response, next) => {
  const isByHash = request.query['v'] === ASSETS
  response.set('Cache-Control', isByHash ? 'public, max-age=31536000, immutable' : 'no-cache')
  next()
}
