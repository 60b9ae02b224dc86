import type { Labels } from './access.ts'

/** What a link hangs on. Incidents inherit the links of their signature and of their shape. */
export const LINK_TARGETS = ['incident', 'signature', 'problem'] as const
export type LinkTarget = (typeof LINK_TARGETS)[number]

/** A ticket, or any page, that people tied to an incident, a signature or a problem. */
export type Link = {
  readonly id: string
  /** http or https. */
  readonly url: string
  /** What people call it: `OPS-4711`, `owner/repo#12`, or host and path of the address. */
  readonly key: string
  readonly title: string | null
  /** What it hangs on itself; of an incident, all but `incident` are inherited. */
  readonly from: LinkTarget
  /** RFC 3339 UTC. */
  readonly addedAt: string
  readonly addedBy: string
}

/**
 * Those of an incident's links that a caller may see who is limited to these labels; null: to none.
 * What it inherits may tell of any host.
 */
export function linksSeenBy(labels: Labels | null, links: readonly Link[]): readonly Link[] {
  return labels === null ? links : links.filter(({ from }) => from === 'incident')
}

export const LINK_URL_CHARS_MAX = 2000
export const LINK_KEY_CHARS_MAX = 200

/** Characters that end a line, hide text or turn its direction: in no key, title or address. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u

/** True when each character of a text is seen, and stands where it is seen. */
export function isPlain(text: string): boolean {
  return !UNSEEN.test(text)
}

/**
 * The address in its one form; null where it is none that a link may lead to: not http or https,
 * with a user name or password, too long, or with characters that are not seen.
 */
export function linkAddress(given: string): string | null {
  const text = given.trim()
  if (text.length > LINK_URL_CHARS_MAX || !isPlain(text) || !URL.canParse(text)) return null
  const { protocol, username, password, href } = new URL(text)
  const isWeb = protocol === 'http:' || protocol === 'https:'
  return isWeb && username === '' && password === '' ? href : null
}

type Tracker = {
  readonly name: string
  /** The key that an address tells; null where it is none of this tracker. */
  readonly keyOf: (url: URL, path: string) => string | null
}

const ISSUE_KEY = '[A-Z][A-Z0-9_]+-[0-9]+'

/** How each tracker's addresses tell a key; the first that knows an address names it. */
const TRACKERS: readonly Tracker[] = [
  {
    name: 'Linear',
    keyOf: ({ host }, path) =>
      host === 'linear.app'
        ? found(path, new RegExp(`^/[^/]+/issue/(${ISSUE_KEY})(?:/|$)`, 'i'))
        : null,
  },
  { name: 'Jira', keyOf: (_, path) => found(path, new RegExp(`/browse/(${ISSUE_KEY})/?$`, 'i')) },
  {
    name: 'Jira, chosen on a board',
    keyOf: ({ searchParams }) =>
      found(searchParams.get('selectedIssue') ?? '', new RegExp(`^(${ISSUE_KEY})$`, 'i')),
  },
  {
    name: 'GitLab issue',
    keyOf: (url, path) => joined(gitLabPath(url, path, 'issues|work_items'), '#'),
  },
  {
    name: 'GitLab merge request',
    keyOf: (url, path) => joined(gitLabPath(url, path, 'merge_requests'), '!'),
  },
  {
    name: 'GitHub',
    keyOf: ({ host }, path) =>
      /(?:^|\.)github\./i.test(host)
        ? joined(/^\/([^/]+\/[^/]+)\/(?:issues|pull)\/(\d+)(?:\/|$)/.exec(path), '#')
        : null,
  },
  { name: 'ServiceNow', keyOf: serviceNowKey },
  {
    name: 'Bugzilla',
    keyOf: ({ host, searchParams }, path) => {
      const id = /\/show_bug\.cgi$/.test(path)
        ? found(searchParams.get('id') ?? '', /^(\d+)$/)
        : null
      return id && `${host}#${id}`
    },
  },
  {
    name: 'Launchpad',
    keyOf: ({ host }, path) =>
      /(?:^|\.)launchpad\.net$/.test(host)
        ? prefixed('LP#', found(path, /\/\+bug\/(\d+)\/?$/))
        : null,
  },
  {
    name: 'Debian',
    keyOf: ({ host, searchParams }, path) =>
      host === 'bugs.debian.org'
        ? prefixed('Debian#', found(`${path} ${searchParams.get('bug') ?? ''}`, /(?:^\/| )(\d+)/))
        : null,
  },
]

/** What people call the page at an address that `linkAddress` let through. */
export function keyOf(address: string): string {
  const url = new URL(address)
  const path = decoded(url.pathname)
  for (const tracker of TRACKERS) {
    const key = tracker.keyOf(url, path)
    if (key !== null && isPlain(key)) return key.slice(0, LINK_KEY_CHARS_MAX)
  }
  // What is not seen once decoded stays encoded.
  const shown = isPlain(path) ? path : url.pathname
  return `${url.host}${shown.replace(/\/+$/, '')}${url.search}`.slice(0, LINK_KEY_CHARS_MAX)
}

/** The form of a key that two spellings of it share: trackers do not tell cases apart. */
export function foldedKey(key: string): string {
  return key.trim().toLowerCase()
}

function found(text: string, pattern: RegExp): string | null {
  const key = pattern.exec(text)?.[1]
  return key === undefined ? null : key.toUpperCase()
}

function joined(match: RegExpExecArray | null, by: string): string | null {
  return match ? `${match[1]}${by}${match[2]}` : null
}

function prefixed(prefix: string, key: string | null): string | null {
  return key === null ? null : prefix + key
}

/** Since GitLab 12 `/-/` stands before what belongs to a project; before that its host's name tells it. */
function gitLabPath({ host }: URL, path: string, kinds: string): RegExpExecArray | null {
  const dash = host.includes('gitlab') ? '(?:/-)?' : '/-'
  return new RegExp(`^/([^/]+(?:/[^/]+)+?)${dash}/(?:${kinds})/(\\d+)(?:/|$)`).exec(path)
}

/** A record by its number where the address has one, else by table and id. */
function serviceNowKey({ href, host }: URL, path: string): string | null {
  if (!host.endsWith('.service-now.com') && !/\.do(?:$|[?/])/.test(path)) return null
  const whole = decoded(decoded(href))
  const number = found(whole, /\bnumber=([A-Z]{2,10}\d{4,})\b/i)
  if (number) return number
  const record = /([a-z_0-9]+)\.do\?(?:[^?]*&)?sys_id=([0-9a-f]{32})/i.exec(whole)
  return record ? `${record[1]}/${record[2]}` : null
}

/** Percent signs read; text in which they are no UTF-8 stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Some other encoding: what cannot be read is still an address.
    return text
  }
}
