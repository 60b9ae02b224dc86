import type { Role } from '../model/access.ts'
import { type Html, html } from './html.ts'
import { BRAND, MOON, SUN } from './parts/icons.ts'
import { clipped, instant } from './parts/words.ts'

/** What every page needs to know of the request it answers. */
export type PageContext = {
  /** Now, RFC 3339: what times are told against. */
  readonly now: string
  /** Changes with the bytes of the static files, so that they can be kept for ever. */
  readonly assets: string
  /** `http://host:port`, for addresses that people copy. */
  readonly origin: string
  /** Who is signed in; null where the pages are open or nobody is. */
  readonly who: SignedIn | null
}

export type SignedIn = {
  readonly name: string
  readonly role: Role
  /** False where a proxy or a token says who it is on every request. */
  readonly canSignOut: boolean
}

/** One page, before it is put in its frame. */
export type PageContent = {
  readonly title: string
  /** One sentence, for previews of a pasted address. */
  readonly description: string
  readonly section: (typeof SECTIONS)[number]['path'] | null
  readonly body: Html
  /** What a chat shows of the page when its address is pasted, beside title and description. */
  readonly preview?: {
    /** Path of the permanent address. */
    readonly path: string
    /** Path of a PNG; null where there is none. */
    readonly image: string | null
  }
  /** Seconds until the page asks for itself again, for work that is under way. */
  readonly refreshSeconds?: number
}

const SECTIONS = [
  { path: '/', name: 'Fleet', key: 'f' },
  { path: '/incidents', name: 'Incidents', key: 'i' },
  { path: '/problems', name: 'Problems', key: 'p' },
  { path: '/hosts', name: 'Hosts', key: 'h' },
  { path: '/snapshots', name: 'Snapshots', key: 's' },
  { path: '/signatures', name: 'Signatures', key: 'c' },
  { path: '/tickets', name: 'Tickets', key: 't' },
  { path: '/analyze', name: 'Analyze', key: 'a' },
] as const

/** The whole document. */
export function layout(context: PageContext, page: PageContent): string {
  return html`<!doctype html>
<html lang="en">
<head>
${head(context, page)}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${header(context, page.section)}
<main id="main" tabindex="-1">
${page.body}
</main>
${footer(context)}
${SHORTCUTS}
</body>
</html>
`.markup
}

function head(
  { assets, origin }: PageContext,
  { title, description, refreshSeconds, preview }: PageContent,
): Html {
  const [shownTitle, says] = [clipped(title, 120), clipped(description, 300)]
  const refresh =
    refreshSeconds === undefined
      ? null
      : html`<meta http-equiv="refresh" content="${refreshSeconds}">`
  return html`<meta charset="utf-8">
<title>${shownTitle} · Hangar</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${says}">
<meta property="og:site_name" content="Hangar">
<meta property="og:title" content="${shownTitle}">
<meta property="og:description" content="${says}">
${preview === undefined ? null : previewOf(origin, preview)}
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<link rel="icon" type="image/svg+xml" href="/static/favicon.svg?v=${assets}">
<link rel="stylesheet" href="/static/style.css?v=${assets}">
<script src="/static/theme.js?v=${assets}"></script>
<script type="module" src="/static/app.js?v=${assets}"></script>${refresh}`
}

/** Chats show a PNG at its whole address, and no SVG. */
function previewOf(origin: string, { path, image }: NonNullable<PageContent['preview']>): Html {
  const picture =
    image === null
      ? null
      : html`
<meta property="og:image" content="${origin + image}">
<meta property="og:image:type" content="image/png">
<meta property="og:image:width" content="1200">
<meta property="og:image:height" content="630">
<meta name="twitter:card" content="summary_large_image">`
  return html`<link rel="canonical" href="${origin + path}">
<meta property="og:type" content="article">
<meta property="og:url" content="${origin + path}">${picture}`
}

function header({ who }: PageContext, current: PageContent['section']): Html {
  return html`<header class="top">
<a class="brand" href="/" aria-label="Hangar, the fleet">${BRAND}<span>Hangar</span></a>
<nav aria-label="Main"><ul>${SECTIONS.map((section) => navItem(section, current))}</ul></nav>
<form class="find" action="/incidents" method="get" role="search" aria-label="All incidents">
<label class="unseen" for="find">Find incidents</label>
<input id="find" name="q" type="search" placeholder="Host, task, function…" autocomplete="off" spellcheck="false" maxlength="200">
<kbd aria-hidden="true">/</kbd></form>
${who === null ? null : signedIn(who)}
<button type="button" class="theme script-only" aria-label="Change between light and dark">${SUN}${MOON}</button>
</header>`
}

function signedIn({ name, role, canSignOut }: SignedIn): Html {
  const shown = html`<span class="who" title="Signed in as ${name}, ${role}">${clipped(name, 24)}</span>`
  const admin = role === 'admin' ? html`<a href="/admin">Admin</a>` : null
  const out = canSignOut
    ? html`<form method="post" action="/sign-out"><button class="quiet">Sign out</button></form>`
    : null
  return html`<div class="signed-in">${shown}${admin}${out}</div>`
}

function navItem({ path, name, key }: (typeof SECTIONS)[number], current: string | null): Html {
  const mark = path === current ? html` aria-current="page"` : null
  return html`<li><a href="${path}" data-key="${key}"${mark}>${name}</a></li>`
}

function footer({ now }: PageContext): Html {
  const at = html`<time datetime="${now}" data-absolute>${instant(now)}</time>`
  return html`<footer class="bottom">
<p>Hangar brings hung tasks in and takes them apart.
<a href="/docs">API</a> <a href="/openapi.json">OpenAPI</a> <a href="/healthz">Health</a></p>
<p>As of ${at}<span class="script-only"> · <kbd>?</kbd> keys</span></p>
</footer>`
}

const GO_KEYS = SECTIONS.map(
  ({ name, key }) => html`<span class="go"><kbd>${key}</kbd> ${name}</span> `,
)

const SHORTCUTS = html`<dialog class="shortcuts" aria-labelledby="shortcuts-title">
<h2 id="shortcuts-title">Keys</h2>
<dl>
<dt><kbd>/</kbd></dt><dd>find, or filter the list</dd>
<dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next and previous row or section</dd>
<dt><kbd>x</kbd></dt><dd>tick the marked row</dd>
<dt><kbd>Enter</kbd></dt><dd>open the marked row</dd>
<dt><kbd>g</kbd> then a letter</dt><dd>${GO_KEYS}</dd>
<dt><kbd>t</kbd></dt><dd>light or dark</dd>
<dt><kbd>y</kbd></dt><dd>copy the first command</dd>
<dt><kbd>?</kbd></dt><dd>this list</dd>
</dl>
<form method="dialog"><button>Close</button></form>
</dialog>`

/** The way up: where a page stands below its section. */
export function crumbs(path: string, name: string): Html {
  return html`<nav class="crumbs" aria-label="Way up"><a href="${path}">${name}</a></nav>`
}
