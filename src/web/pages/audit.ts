import type { AuditItem } from '../../model/access.ts'
import type { Page } from '../../model/incident.ts'
import { type Html, html } from '../html.ts'
import type { PageContext } from '../layout.ts'
import { adminPage } from '../parts/admin-frame.ts'
import { hostText, timeMark } from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { type Column, dataTable } from '../parts/table.ts'

const PATH = '/admin/audit'

export type AuditView = {
  readonly page: Page<AuditItem>
  readonly cursor: string | null
  /** As they were asked for; '' where nothing was. */
  readonly who: string
  readonly since: string
  readonly until: string
}

/** The trail of changes, the newest first. */
export function auditPage(context: PageContext, view: AuditView): string {
  const { page, cursor, who, since, until } = view
  const { items, next, total } = page
  const asked = Object.entries({ who, since, until }).filter(([, value]) => value !== '')
  const query = new URLSearchParams(asked)
  const none =
    asked.length > 0 ? 'Nothing fits.' : 'Nothing was changed yet: each change leaves a row here.'
  return adminPage(context, PATH, {
    title: 'Audit trail',
    description: 'What was changed, when and by whom',
    body: html`${filterForm(view)}
${items.length === 0 ? html`<p class="empty panel">${none}</p>` : auditTable(items, context.now)}
${pager({ address: asked.length > 0 ? `${PATH}?${query}` : PATH, cursor, next, shown: items.length, total }, 'row')}`,
  })
}

function filterForm({ who, since, until }: AuditView): Html {
  return html`<form class="inline" method="get" action="${PATH}" aria-label="Filter the trail">
<label for="who">Who</label><input id="who" name="who" type="search" value="${who}" autocomplete="off" spellcheck="false" data-filter>
<label for="since">Since (UTC)</label><input id="since" name="since" value="${since}" placeholder="2026-11-24" autocomplete="off">
<label for="until">Until (UTC)</label><input id="until" name="until" value="${until}" placeholder="2026-11-25" autocomplete="off">
<button>Show</button>
</form>`
}

function auditTable(items: readonly AuditItem[], now: string): Html {
  const columns = columnsOf(now)
  return html`<div class="panel flush">${dataTable({ caption: 'Audit trail', columns, items })}</div>`
}

function columnsOf(now: string): readonly Column<AuditItem>[] {
  return [
    { head: 'When', cell: ({ at }) => timeMark(at, now) },
    { head: 'Who', cell: ({ who }) => hostText(who) },
    { head: 'From', cell: ({ address }) => hostText(address, 'command line') },
    { head: 'Did', cell: ({ action }) => html`<code>${hostText(action)}</code>` },
    {
      head: 'To',
      cell: ({ target }) => (target === null ? null : html`<code>${hostText(target)}</code>`),
    },
    { head: 'Status', isNumber: true, cell: ({ status }) => status },
  ]
}
