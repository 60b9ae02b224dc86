import { html } from '../html.ts'
import { layout, type PageContext } from '../layout.ts'
import { ADMIN_PAGES } from '../parts/admin-frame.ts'
import { plural } from '../parts/words.ts'

export type AdminView = {
  /** Tokens that are good now. */
  readonly tokens: number
}

/** Where an admin begins: who they are, and what there is. */
export function adminOverview(context: PageContext, { tokens }: AdminView): string {
  const { who } = context
  const signedIn =
    who === null
      ? null
      : html`<p class="lead">You are <strong>${who.name}</strong>, ${who.role}.</p>`
  return layout(context, {
    title: 'Admin',
    description: 'Tokens, audit trail and what else keeps the service going.',
    section: null,
    body: html`<header class="list-head"><h1>Admin</h1></header>
${signedIn}
<p>${plural(tokens, 'access token')} ${tokens === 1 ? 'is' : 'are'} good now.</p>
<div class="cards">${ADMIN_PAGES.map(
      ({ path, name, says }) =>
        html`<section class="panel"><h2><a href="${path}">${name}</a></h2><p>${says}</p></section>`,
    )}</div>`,
  })
}
