import { PROBLEMS, type ProblemFacts, type ProblemKind } from '../../model/problem.ts'
import { type Html, html } from '../html.ts'
import { layout, type PageContext } from '../layout.ts'
import { aboutList } from '../parts/marks.ts'

/** What a person can do about it; a kind without a row needs no more than its title. */
const ADVICE = {
  'address-unknown': 'The address may be mistyped, or from a later version.',
  'incident-unknown': 'It may have been removed with its snapshots, or the address was cut short.',
  'snapshot-unknown': 'It may have been removed, or the address was cut short.',
  'host-unknown': 'A host appears with its first snapshot.',
  'not-an-archive':
    'A bundle is a tar, plain or packed by gzip or zstd. Text can be analyzed, but not uploaded as a bundle.',
  'archive-proc-empty':
    'Files in /proc have no size, so tar, rsync and cpio store them empty. Collect with the collector: npx hangar collect -o bundle.tar.gz',
  'archive-foreign': 'Nothing in it is a file of /proc, a kernel log, or another file of a bundle.',
  'archive-truncated': 'The upload or the copy broke off. Send it again.',
  'archive-corrupt': 'A checksum in it does not fit. Copy it anew from the host.',
  'text-unreadable':
    'It holds no stack, kernel report, process listing or goroutine dump. Paste the lines as they are, prefixes included.',
  'body-empty': 'Paste a text, or choose a file.',
  'token-missing': 'Sign in, or send an access token as Authorization: Bearer TOKEN.',
  'token-invalid':
    'It may have expired or been revoked. An admin makes another: npx hangar token create.',
  'role-insufficient': 'Ask an admin for a token with a greater role, or sign in with another one.',
  'labels-limited':
    'Your token sees only hosts with certain labels, and what is here is of the whole fleet.',
  'proxy-untrusted':
    'The address of the proxy is missing in HANGAR_TRUSTED_PROXIES, or this is none.',
  'attempts-too-many': 'Wait a minute.',
  'too-busy': 'Try again in a minute; what was accepted is kept.',
  'store-full': 'Free space in the data folder, or add a disk.',
} as const satisfies { readonly [Kind in ProblemKind]?: string }

/** The page for a request that cannot be answered. */
export function problemPage(context: PageContext, kind: ProblemKind, facts: ProblemFacts): string {
  const { status, title } = PROBLEMS[kind]
  const shown = Object.entries(facts).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)] as const],
  )
  return layout(context, {
    title,
    description: `${status}: ${title}`,
    section: null,
    body: problemBox(
      status,
      title,
      html`${adviceLine(kind)}
${shown.length === 0 ? null : aboutList(shown)}
${WAYS_ON}`,
    ),
  })
}

const WAYS_ON = html`<p class="buttons"><a class="button main" href="/">To the fleet</a>
<a class="button" href="/incidents">Incidents</a> <a class="button" href="/analyze">Analyze</a></p>`

function problemBox(status: number, title: string, body: Html): Html {
  return html`<section class="problem">
<p class="problem-status" aria-hidden="true">${status}</p>
<h1>${title}</h1>
${body}
</section>`
}

/** What to do about a kind of problem, in a sentence or two; null where its title says it all. */
export function adviceOn(kind: string): string | null {
  const known: Readonly<Record<string, string>> = ADVICE
  return Object.hasOwn(known, kind) ? (known[kind] ?? null) : null
}

function adviceLine(kind: ProblemKind): Html | null {
  const advice = adviceOn(kind)
  return advice === null ? null : html`<p class="lead">${advice}</p>`
}

/** What the `type` of a problem document leads to: one kind explained. */
export function problemKindPage(context: PageContext, kind: ProblemKind): string {
  const { status, title } = PROBLEMS[kind]
  return layout(context, {
    title,
    description: `A kind of problem the service reports: ${kind}`,
    section: null,
    body: problemBox(
      status,
      title,
      html`<p class="quiet"><code>${kind}</code> is a kind of problem, reported with HTTP
status ${status} as <code>application/problem+json</code>.</p>
${adviceLine(kind)}`,
    ),
  })
}

/** The bare answer to a fault of ours: nothing of its cause leaves the service. */
export function faultPage(context: PageContext): string {
  return layout(context, {
    title: 'That was our fault',
    description: 'The service could not answer.',
    section: null,
    body: problemBox(
      500,
      'That was our fault',
      html`<p class="lead">The service could not answer. Its log has the cause.</p>
${WAYS_ON}`,
    ),
  })
}
