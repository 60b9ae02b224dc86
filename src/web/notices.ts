import type { Severity } from '../model/diagnosis.ts'
import type { IncidentSummary } from '../model/incident.ts'
import type { WebhookEvent, WebhookFormat } from '../model/webhook.ts'
import { visible } from './html.ts'
import { capital, clipped } from './parts/words.ts'

// What webhooks say, one maker for each format. What a host says is text in all of them: it can
// form no link, no mention and no markup in what shows it.

/** What there is to tell; `incident` has its whole address. */
export type Notice = {
  /** The same in every attempt. */
  readonly delivery: string
  readonly event: WebhookEvent | 'test'
  /** RFC 3339: when it happened on the host, or when somebody said so. */
  readonly at: string
  readonly who: string
  /** Why it is over; null where a person said so, and while it is not. */
  readonly why: 'cleared' | 'rebooted' | null
  readonly snapshot: string | null
  /** Null in a test. */
  readonly incident: IncidentSummary | null
  /** Address of the service. */
  readonly origin: string
}

/** The body of a message by its format; `routingKey` is PagerDuty's. */
export const NOTICES: {
  readonly [Format in WebhookFormat]: (notice: Notice, routingKey: string) => unknown
} = {
  hangar: ({ origin: _origin, ...notice }) => notice,
  slack: slackNotice,
  pagerduty: pagerDutyNotice,
}

const EVENT_WORDS: Readonly<Record<Notice['event'], string>> = {
  'incident.opened': 'Opened',
  'incident.reopened': 'Reopened',
  'incident.resolved': 'Resolved',
  test: 'Test',
}

/** One line that says all: for notifications, and for the list of a pager. */
function headline({ event, why, incident }: Notice): string {
  if (incident === null) return 'Test: Hangar reaches this receiver'
  const { severity, title, host } = incident
  const over = why === null ? '' : ` (${why})`
  const where = host === null ? '' : ` on ${clipped(line(host), 120)}`
  return `${EVENT_WORDS[event]}${over}: ${clipped(line(title), 200)}${where} [${severity}]`
}

const SLACK_COLOURS: Readonly<Record<Severity, string>> = {
  critical: '#b3261e',
  high: '#c4560a',
  medium: '#a07800',
  low: '#3d6fb4',
  info: '#6b7280',
}
const RESOLVED_COLOUR = '#2e7d4f'

/**
 * For Slack's incoming webhooks. Blocks of plain text, in which Slack reads no markup; the fallback
 * is read as markup, so what begins it there is escaped. Limits: 150 characters of a header, 3000 of a text.
 */
function slackNotice(notice: Notice): unknown {
  const { incident, event, origin } = notice
  const says = headline(notice)
  const blocks = incident === null ? [] : slackBlocks(incident)
  const colour = incident ? SLACK_COLOURS[incident.severity] : SLACK_COLOURS.info
  return {
    text: `${slackText(says)}\n${incident?.url ?? origin}`,
    attachments: [
      {
        color: event === 'incident.resolved' ? RESOLVED_COLOUR : colour,
        fallback: slackText(says),
        blocks: [
          { type: 'section', text: plain(says) },
          ...blocks,
          {
            type: 'actions',
            elements: [
              { type: 'button', text: plain('Open in Hangar'), url: incident?.url ?? origin },
            ],
          },
        ],
      },
    ],
  }
}

function slackBlocks(incident: IncidentSummary): readonly unknown[] {
  const { host, kernel, signature, verdict, taskCount, lastSeen } = incident
  const facts = [
    `Host: ${host ?? 'unknown'}`,
    `Kernel: ${kernel ?? 'unknown'}`,
    `Signature: ${signature}`,
    `Verdict: ${verdict}`,
    `Tasks: ${taskCount}`,
    `Last seen: ${lastSeen}`,
  ]
  return [
    { type: 'section', text: plain(clipped(line(incident.summary), 2900) || '-') },
    { type: 'context', elements: facts.map((fact) => plain(clipped(line(fact), 300))) },
  ]
}

function plain(text: string) {
  return { type: 'plain_text', text, emoji: false } as const
}

/** Source: Slack's formatting of text: these three begin all its markup, but for the marks of style. */
function slackText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, '\u200b$&')
}

const PAGER_SEVERITIES: Readonly<Record<Severity, string>> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
  info: 'info',
}

/**
 * For PagerDuty's Events API v2: one alert for each incident, by its id, so that a repetition
 * changes nothing and a resolution finds it. Limit: 1024 characters of the summary.
 */
function pagerDutyNotice(notice: Notice, routingKey: string): unknown {
  const { incident, event, at, origin, delivery } = notice
  const head = {
    routing_key: routingKey,
    dedup_key: incident?.id ?? delivery,
    event_action: event === 'incident.resolved' ? 'resolve' : 'trigger',
  }
  if (event === 'incident.resolved') return head
  const href = incident?.url ?? origin
  return {
    ...head,
    client: 'Hangar',
    client_url: href,
    links: [{ href, text: 'Open in Hangar' }],
    payload: {
      summary: clipped(headline(notice), 1000),
      source: line(incident?.host ?? 'hangar'),
      severity: PAGER_SEVERITIES[incident?.severity ?? 'info'],
      timestamp: at,
      component: incident?.signature ?? 'test',
      group: line(incident?.kernel ?? 'unknown'),
      class: incident?.class ?? 'test',
      custom_details: incident === null ? {} : pagerDetails(incident),
    },
  }
}

function pagerDetails(incident: IncidentSummary): Readonly<Record<string, string | number>> {
  const { summary, verdict, fingerprint, taskCount, subject, firstSeen, lastSeen, labels } =
    incident
  const tags = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  return {
    summary: clipped(line(summary), 3000),
    verdict: capital(verdict),
    subject: line(`${subject.kind} ${subject.id}`),
    fingerprint,
    tasks: taskCount,
    firstSeen,
    lastSeen,
    labels: clipped(line(tags.join(' ')), 1000),
  }
}

/** On one line, with what cannot be seen shown. */
function line(text: string): string {
  return visible(text.replace(/\s+/g, ' ').trim())
}
