import { ROLES, type Token } from '../../model/access.ts'
import type { Page } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import type { PageContext } from '../layout.ts'
import { adminPage } from '../parts/admin-frame.ts'
import { hostText, labelTags, timeMark } from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { encoded } from '../parts/paths.ts'
import { type Column, dataTable } from '../parts/table.ts'
import { plural } from '../parts/words.ts'

const PATH = '/admin/tokens'

export type TokensView = {
  readonly page: Page<Token>
  readonly cursor: string | null
}

/** All tokens, and the form that makes one. */
export function tokensPage(context: PageContext, { page, cursor }: TokensView): string {
  const { items, next, total } = page
  const none = html`<p class="empty panel">No access token exists yet.</p>`
  return adminPage(context, PATH, {
    title: plural(total, 'token'),
    description: 'Who has access',
    body: html`${MAKE}
${items.length === 0 ? none : tokenTable(items, context.now)}
${pager({ address: PATH, cursor, next, shown: items.length, total }, 'token')}`,
  })
}

/** The one page that ever shows a token. */
export function newTokenPage(context: PageContext, token: Token, secret: string): string {
  return adminPage(context, PATH, {
    title: 'The new token',
    description: 'Shown this once',
    body: html`<section class="panel new-token">
<p>This is the token of <strong>${token.name}</strong>, ${token.role}. It is kept nowhere and
<strong>not shown again</strong>: copy it now.</p>
<pre class="command" tabindex="0">${secret}</pre>
<p class="quiet">Programs send it as <code>Authorization: Bearer TOKEN</code>, <code>hangar upload</code> takes it from
<code>HANGAR_TOKEN</code> or <code>--token-file</code>, and people sign in with it.</p>
<p class="buttons"><a class="button main" href="${PATH}">Done</a></p>
</section>`,
  })
}

const EXPIRIES = [
  { days: '', name: 'never' },
  { days: '30', name: 'in 30 days' },
  { days: '90', name: 'in 90 days' },
  { days: '365', name: 'in a year' },
] as const

const MAKE = html`<details class="panel make-token"><summary>Make a token</summary>
<form method="post" action="${PATH}">
<p><label for="name">Name</label><input id="name" name="name" required maxlength="200" autocomplete="off" spellcheck="false" aria-describedby="name-help">
<span class="quiet" id="name-help">Of who or what will use it; histories show it.</span></p>
<p><label for="role">Role</label><select id="role" name="role">${ROLES.map((role) => option(role, role, role === 'viewer'))}</select>
<span class="quiet">A collector only uploads, a viewer reads, an editor changes, an admin does all.</span></p>
<p><label for="days">Expires</label><select id="days" name="days">${EXPIRIES.map(({ days, name }) => option(days, name, days === '90'))}</select></p>
<p><label for="labels">Only hosts with the labels</label><input id="labels" name="labels" placeholder="team=storage" autocomplete="off" spellcheck="false" aria-describedby="labels-help">
<span class="quiet" id="labels-help">Empty: all hosts. With commas between: all of them must be there.</span></p>
<p class="buttons"><button class="main">Make it</button></p>
</form></details>`

function option(value: string, name: string, isSelected: boolean): Html {
  const selected = isSelected ? html` selected` : null
  return html`<option value="${value}"${selected}>${name}</option>`
}

function tokenTable(items: readonly Token[], now: string): Html {
  const columns = columnsOf(now)
  return html`<div class="panel flush">${dataTable({ caption: 'Tokens', columns, items })}</div>`
}

function columnsOf(now: string): readonly Column<Token>[] {
  return [
    { head: 'Name', cell: ({ name }) => hostText(name) },
    { head: 'Role', cell: ({ role }) => role },
    { head: 'Sees', cell: ({ labels }) => sees(labels) },
    { head: 'Begins', cell: ({ hint }) => html`<code>${hint}…</code>` },
    { head: 'Last used', cell: ({ lastUsedAt }) => timeMark(lastUsedAt, now, 'never') },
    { head: 'Made', cell: (token) => made(token, now) },
    { head: 'State', cell: (token) => stateOf(token, now) },
    { head: 'Revoke', cell: (token) => revokeForm(token, now) },
  ]
}

function sees(labels: Token['labels']): Html | null {
  return Object.keys(labels).length === 0 ? html`all hosts` : labelTags(labels)
}

function made({ createdAt, createdBy }: Token, now: string): Html {
  return html`${timeMark(createdAt, now)} by ${hostText(createdBy)}`
}

function isOver({ expiresAt, revokedAt }: Token, now: string): boolean {
  return revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now))
}

function stateOf(token: Token, now: string): Html {
  const { expiresAt, revokedAt } = token
  if (revokedAt !== null) return html`revoked ${timeMark(revokedAt, now)}`
  if (expiresAt === null) return html`good`
  return html`${isOver(token, now) ? 'expired' : 'good until'} <time datetime="${expiresAt}">${expiresAt.slice(0, 10)}</time>`
}

function revokeForm(token: Token, now: string): Html {
  if (isOver(token, now)) return html``
  return html`<form method="post" action="${PATH}/${encoded(token.id)}/revoke"><button aria-label="Revoke the token of ${token.name}">Revoke</button></form>`
}
