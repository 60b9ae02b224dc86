import { SEVERITIES } from '../../model/diagnosis.ts'
import type { Page } from '../../model/incident.ts'
import {
  type Delivery,
  WEBHOOK_EVENTS,
  WEBHOOK_FORMATS,
  type Webhook,
  type WebhookFormat,
} from '../../model/webhook.ts'
import { flag, type Html, html, multiline } from '../html.ts'
import type { PageContext } from '../layout.ts'
import { adminPage } from '../parts/admin-frame.ts'
import { aboutList, figureList, hostText, timeMark } from '../parts/marks.ts'
import { pager } from '../parts/paging.ts'
import { encoded, incidentPath } from '../parts/paths.ts'
import { panel } from '../parts/prose.ts'
import { type Column, dataTable } from '../parts/table.ts'
import { clipped, grouped, plural } from '../parts/words.ts'

export const WEBHOOKS_PATH = '/admin/webhooks'

/** Who is told of incidents, and the form that adds one. */
export function webhooksPage(context: PageContext, webhooks: readonly Webhook[]): string {
  return adminPage(context, WEBHOOKS_PATH, {
    title: plural(webhooks.length, 'webhook'),
    description: 'Who is told when incidents open, reopen and are resolved',
    body: html`${webhooks.length === 0 ? NONE : webhookTable(webhooks)}
${ADD}`,
  })
}

const NONE = html`<p class="empty panel">Nobody is told of incidents yet. Add a receiver below: a chat, a pager, or a program of your own.</p>`

function webhookTable(items: readonly Webhook[]): Html {
  const columns: readonly Column<Webhook>[] = [
    {
      head: 'Name',
      cell: ({ id, name }) => html`<a href="${pathOf(id)}">${clipped(name, 80)}</a>`,
    },
    { head: 'State', cell: stateOf },
    { head: 'Format', cell: ({ format }) => FORMATS[format] },
    { head: 'Sends to', cell: ({ url }) => hostText(new URL(url).host) },
    { head: 'Waiting', isNumber: true, cell: ({ waiting }) => grouped(waiting) },
    { head: 'Delivered', isNumber: true, cell: ({ delivered }) => grouped(delivered) },
    { head: 'Failed', isNumber: true, cell: ({ failed }) => grouped(failed) },
  ]
  return html`<div class="panel flush">${dataTable({ caption: 'Webhooks', columns, items })}</div>`
}

function stateOf({ state }: Pick<Webhook, 'state'>): Html {
  return html`<span class="tag webhook-${state}">${state}</span>`
}

const FORMATS: Readonly<Record<WebhookFormat, string>> = {
  hangar: 'JSON, as the API has it',
  slack: 'Slack',
  pagerduty: 'PagerDuty',
}

const EVENT_NAMES: Readonly<Record<(typeof WEBHOOK_EVENTS)[number], string>> = {
  'incident.opened': 'opened',
  'incident.reopened': 'reopened',
  'incident.resolved': 'resolved',
}

const ADD = html`<section class="panel add-webhook" aria-labelledby="add-webhook"><h2 id="add-webhook">Add a webhook</h2>
<form class="fields" method="post" action="${WEBHOOKS_PATH}">
<p><label for="name">Name</label><input id="name" name="name" type="text" maxlength="100" autocomplete="off" placeholder="on-call chat"></p>
<p><label for="format">Format</label><select id="format" name="format">${WEBHOOK_FORMATS.map((format) => html`<option value="${format}">${FORMATS[format]}</option>`)}</select></p>
<p><label for="url">Address</label><input id="url" name="url" type="url" maxlength="2000" autocomplete="off" spellcheck="false" placeholder="https://…" aria-describedby="url-help">
<span class="quiet" id="url-help">May stay empty for PagerDuty.</span></p>
<p><label for="routingKey">Integration key</label><input id="routingKey" name="routingKey" type="text" maxlength="100" autocomplete="off" spellcheck="false" aria-describedby="key-help">
<span class="quiet" id="key-help">Of PagerDuty's Events API v2; for no other format.</span></p>
<fieldset><legend>Told when an incident is</legend>${WEBHOOK_EVENTS.map(eventBox)}</fieldset>
<p><label for="severity">Least severity</label><select id="severity" name="severity">${SEVERITIES.map(severityOption)}</select></p>
<p><label for="signatures">Signatures</label><input id="signatures" name="signatures" type="text" maxlength="4000" autocomplete="off" spellcheck="false" placeholder="fuse-flush-deadlock, hung-task" aria-describedby="signatures-help">
<span class="quiet" id="signatures-help">Ids with commas between; empty: all.</span></p>
<p><label for="labels">Labels</label><input id="labels" name="labels" type="text" maxlength="4000" autocomplete="off" spellcheck="false" placeholder="team=storage, env=prod" aria-describedby="labels-help">
<span class="quiet" id="labels-help">That the host must have, with commas between; empty: any.</span></p>
<p class="buttons"><button class="main">Add it</button></p>
</form></section>`

function eventBox(event: (typeof WEBHOOK_EVENTS)[number]): Html {
  return html`<label><input type="checkbox" name="events" value="${event}" checked> ${EVENT_NAMES[event]}</label> `
}

function severityOption(severity: (typeof SEVERITIES)[number]): Html {
  return html`<option value="${severity}"${flag('selected', severity === 'low')}>${severity}</option>`
}

function pathOf(id: string): string {
  return `${WEBHOOKS_PATH}/${encoded(id)}`
}

/** The one page that ever shows what a webhook's messages are signed by. */
export function newWebhookPage(context: PageContext, webhook: Webhook, secret: string): string {
  return adminPage(context, WEBHOOKS_PATH, {
    title: 'The new webhook',
    description: 'Its secret is shown this once',
    body: html`<section class="panel">
<p><strong>${webhook.name}</strong> is told from now on. What it is sent is signed by this secret, which is
<strong>not shown again</strong>: copy it to the receiver now.</p>
<pre class="command" tabindex="0">${secret}</pre>
<p class="quiet">Each message carries <code>Hangar-Signature: t=SECONDS,v1=HEX</code>: HMAC-SHA256 by the secret over
<code>SECONDS.BODY</code>. Slack and PagerDuty do not look at it.</p>
<p class="buttons"><a class="button main" href="${pathOf(webhook.id)}">Go on, and send a test</a></p>
</section>`,
  })
}

export type WebhookView = {
  readonly webhook: Webhook
  readonly deliveries: Page<Delivery>
  readonly cursor: string | null
}

/** One webhook: what can be done with it, and what it was sent. */
export function webhookPage(
  context: PageContext,
  { webhook, deliveries, cursor }: WebhookView,
): string {
  const { items, next, total } = deliveries
  const position = { address: pathOf(webhook.id), cursor, next, shown: items.length, total }
  const log =
    items.length === 0
      ? html`<p class="empty panel">Nothing was sent yet. Send a test.</p>`
      : deliveryTable(items, context.now)
  return adminPage(context, WEBHOOKS_PATH, {
    title: clipped(webhook.name, 100),
    description: `${webhook.state}, ${plural(webhook.waiting, 'message')} waiting`,
    body: html`${webhook.why === null ? null : html`<p class="panel warn" role="status">Disabled: ${webhook.why}. Resume it when the receiver is there again.</p>`}
${buttons(webhook)}
${figures(webhook)}
${panel('about', 'What it is told', about(webhook, context.now))}
<h2 class="list-title">Deliveries</h2>
${log}
${pager(position, 'delivery', 'deliveries')}`,
  })
}

function buttons({ id, state }: Webhook): Html {
  const path = pathOf(id)
  const change =
    state === 'active'
      ? html`<button name="state" value="paused">Pause</button>`
      : html`<button name="state" value="active">Resume</button>`
  return html`<div class="buttons webhook-buttons">${stateOf({ state })}
<form method="post" action="${path}/test"><button class="main">Send a test</button></form>
<form method="post" action="${path}/state">${change}</form>
<details><summary>Remove</summary><form method="post" action="${path}/remove"><button>Remove it and its log</button></form></details>
</div>`
}

function figures({ waiting, delivered, failed, skipped }: Webhook): Html {
  return figureList([
    { name: 'Waiting', value: grouped(waiting) },
    { name: 'Delivered', value: grouped(delivered) },
    { name: 'Given up', value: grouped(failed), isWrong: failed > 0 },
    { name: 'Too old to tell', value: grouped(skipped) },
  ])
}

function about(webhook: Webhook, now: string): Html {
  const { url, format, events, filters, createdAt, createdBy } = webhook
  const labels = Object.entries(filters.labels).map(([name, value]) => `${name}=${value}`)
  return aboutList([
    ['Sends to', hostText(url)],
    ['Format', FORMATS[format]],
    ['When an incident is', events.map((event) => EVENT_NAMES[event]).join(', ')],
    ['Severity', `${filters.severity} or worse`],
    ['Signatures', hostText(filters.signatures.join(', '), 'all')],
    ['Labels', hostText(labels.join(', '), 'any')],
    ['Made', html`${timeMark(createdAt, now)} by ${hostText(createdBy)}`],
  ])
}

function deliveryTable(items: readonly Delivery[], now: string): Html {
  const columns: readonly Column<Delivery>[] = [
    { head: 'Event', cell: eventCell },
    {
      head: 'Status',
      cell: ({ status }) => html`<span class="tag delivery-${status}">${status}</span>`,
    },
    { head: 'Made', cell: ({ madeAt }) => timeMark(madeAt, now) },
    { head: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
    { head: 'Next', cell: ({ dueAt }) => timeMark(dueAt, now, '-') },
    { head: 'Answer', cell: answerCell },
  ]
  return html`<div class="panel flush">${dataTable({ caption: 'Deliveries', columns, items })}</div>`
}

function eventCell({ event, incident }: Delivery): Html {
  if (event === 'test') return html`test`
  const name = EVENT_NAMES[event]
  return incident === null ? html`${name}` : html`<a href="${incidentPath(incident)}">${name}</a>`
}

/** What the receiver said, and what it was sent, folded. */
function answerCell({ answer, error, excerpt, body, id }: Delivery): Html {
  const says = error ?? (answer === null ? 'not tried yet' : String(answer))
  const heard =
    excerpt === null
      ? null
      : html`<p class="quiet">The beginning of its answer:</p><pre>${multiline(clipped(excerpt, 500))}</pre>`
  return html`<details><summary>${clipped(says, 120)}</summary>
<p class="quiet">Id ${id}</p>${heard}<p class="quiet">What is sent:</p><pre>${multiline(clipped(body, 4000))}</pre></details>`
}
