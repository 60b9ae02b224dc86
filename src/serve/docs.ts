import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type Router } from 'express'

/** Only these files of the package are sent: the rest of it is not needed, and not looked at. */
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'] as const

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Hangar API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/theme.css">
<script src="/static/theme.js"></script>
</head>
<body>
<p class="back"><a href="/">← Hangar</a></p>
<div id="docs"></div>
<noscript><p>This page needs script. The same document is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
})
`

/** The package knows light alone: by night its colours are turned, and its hues turned back. */
const NIGHT = (root: string) => `${root} { background: #0e1317; }
${root} #docs { filter: invert(0.9) hue-rotate(180deg); }
${root} .back a { color: #74bdec; }`

const THEME = `body { margin: 0; }
.back { margin: 0; padding: 0.8rem 1.5rem 0; font: 15px system-ui, sans-serif; }
.back a { color: #0a5a8c; }
${NIGHT(':root[data-theme="dark"]')}
@media (prefers-color-scheme: dark) {
${NIGHT(':root:not([data-theme="light"])')}
}
`

/** The API's document as a page to read and try, from files of this machine alone. */
export function createDocs(): Router {
  const folder = fileURLToPath(new URL('.', import.meta.resolve('swagger-ui-dist/package.json')))
  const router = express.Router()
  router.get('/docs', (_request, response) => {
    response.type('html').send(PAGE)
  })
  router.get('/docs/start.js', (_request, response) => {
    response.type('text/javascript').send(START)
  })
  router.get('/docs/theme.css', (_request, response) => {
    response.type('css').send(THEME)
  })
  for (const file of FILES) {
    router.get(`/docs/${file}`, (_request, response) => {
      response.sendFile(join(folder, file), { maxAge: '1h' })
    })
  }
  return router
}
