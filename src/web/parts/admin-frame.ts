import { type Html, html } from '../html.ts'
import { crumbs, layout, type PageContext } from '../layout.ts'

/** The pages of admins, in the order of their menu; each has its row in `serve/pages.ts`, too. */
export const ADMIN_PAGES = [
  { path: '/admin/tokens', name: 'Tokens', says: 'Who has access: make, list and revoke tokens.' },
  { path: '/admin/webhooks', name: 'Webhooks', says: 'Who is told when incidents open and end.' },
  { path: '/admin/jobs', name: 'Jobs', says: 'Signatures tried on history, history read again.' },
  { path: '/admin/audit', name: 'Audit trail', says: 'What was changed, when and by whom.' },
] as const

export type AdminContent = {
  readonly title: string
  readonly description: string
  readonly body: Html
  /** Seconds until the page asks for itself again, for work that is under way. */
  readonly refreshSeconds?: number
}

/** A page of admins, with the menu of the others. */
export function adminPage(context: PageContext, path: string, content: AdminContent): string {
  const { title, description, body, ...rest } = content
  return layout(context, {
    title,
    description,
    section: null,
    ...rest,
    body: html`${crumbs('/admin', 'Admin')}
<nav class="sub-pages" aria-label="Admin"><ul>${ADMIN_PAGES.map((page) => item(page, path))}</ul></nav>
<header class="list-head"><h1>${title}</h1></header>
${body}`,
  })
}

function item({ path, name }: (typeof ADMIN_PAGES)[number], current: string): Html {
  const mark = path === current ? html` aria-current="page"` : null
  return html`<li><a href="${path}"${mark}>${name}</a></li>`
}
