/** Every way a caller can be told no. Kinds are public: added, never renamed. */
export const PROBLEMS = {
  'request-invalid': { status: 400, title: 'The request is not as the API has it' },
  'body-too-large': { status: 413, title: 'The body is larger than this address takes' },
  'body-empty': { status: 400, title: 'The body is empty' },
  'bundle-field-missing': {
    status: 400,
    title: 'The multipart form has no file field named bundle',
  },
  'not-an-archive': { status: 415, title: 'The bytes are no tar, gzip or zstd archive' },
  'media-type-unsupported': {
    status: 415,
    title: 'The content type is none that this address takes',
  },
  'archive-truncated': { status: 422, title: 'The archive ends before its end marker' },
  'archive-corrupt': { status: 422, title: 'The archive is damaged' },
  'archive-foreign': { status: 422, title: 'The archive holds no file that Hangar reads' },
  'archive-proc-empty': { status: 422, title: 'Every /proc file in the archive is empty' },
  'bundle-too-large': { status: 413, title: 'The bundle has more bytes than allowed' },
  'bundle-inflates-too-far': {
    status: 413,
    title: 'The bundle unpacks to more bytes than allowed',
  },
  'upload-too-slow': { status: 408, title: 'The bytes arrive too slowly' },
  'entries-too-many': { status: 413, title: 'The archive has more entries than allowed' },
  'entry-too-large': { status: 413, title: 'An entry of the archive is larger than allowed' },
  'path-too-long': { status: 413, title: 'A path in the archive is longer than allowed' },
  'text-unreadable': { status: 422, title: 'The text holds nothing that Hangar reads' },
  'analysis-failed': { status: 422, title: 'The analysis of the bundle did not come to its end' },
  'snapshot-unknown': { status: 404, title: 'There is no snapshot with this id' },
  'snapshot-failed': { status: 409, title: 'The snapshot could not be read' },
  'snapshot-pending': { status: 409, title: 'The snapshot is not diagnosed yet' },
  'snapshot-not-failed': {
    status: 409,
    title: 'Only a failed snapshot is forgotten or tried again',
  },
  'archive-removed': { status: 410, title: 'The archive of this snapshot is no longer kept' },
  'stack-unknown': { status: 404, title: 'There is no stack with this fingerprint' },
  'problem-merge-circular': {
    status: 409,
    title: 'A problem is not merged into itself, nor into one that is part of it',
  },
  'problem-not-merged': { status: 409, title: 'The problem is not merged into another' },
  'incident-unknown': { status: 404, title: 'There is no incident with this id' },
  'incident-changed': { status: 409, title: 'The incident is in another state by now' },
  'host-unknown': { status: 404, title: 'There is no host with this name' },
  'signature-unknown': { status: 404, title: 'There is no signature with this id' },
  'link-unknown': { status: 404, title: 'There is no link with this id' },
  'links-too-many': {
    status: 409,
    title: 'So many links hang on it already that it takes no more',
  },
  'ticket-unknown': { status: 404, title: 'No link has this ticket key' },
  'signature-invalid': { status: 422, title: 'The text is no signature that can be used' },
  'signature-changed': {
    status: 409,
    title: 'The signature was changed by somebody else in the meantime',
  },
  'signature-not-saved': {
    status: 409,
    title: 'The signature comes from a file; what was not saved here cannot be deleted here',
  },
  'webhook-unknown': { status: 404, title: 'There is no webhook with this id' },
  'webhooks-too-many': { status: 409, title: 'There are as many webhooks as the service takes' },
  'webhook-address-refused': {
    status: 422,
    title: 'Nothing is sent to this address',
  },
  'job-unknown': { status: 404, title: 'There is no job with this id' },
  'job-ended': { status: 409, title: 'The job is not in a state from which this can be done' },
  'cursor-invalid': { status: 400, title: 'The cursor is not one that this list gave' },
  'address-unknown': { status: 404, title: 'There is nothing at this address' },
  'method-unsupported': { status: 405, title: 'The address does not take this method' },
  'host-header-foreign': {
    status: 421,
    title: 'The Host header names neither this machine nor the public address',
  },
  'origin-foreign': { status: 403, title: 'The request comes from a page of another site' },
  'token-missing': { status: 401, title: 'An access token is needed' },
  'token-invalid': { status: 401, title: 'The access token is none of ours, expired or revoked' },
  'role-insufficient': { status: 403, title: 'The caller may not do this' },
  'labels-limited': {
    status: 403,
    title: 'This cannot be told apart by the labels a caller may see',
  },
  'host-of-others': {
    status: 403,
    title: 'The host is known without the labels that the caller is limited to',
  },
  'proxy-untrusted': { status: 403, title: 'Only a trusted proxy may say who asks' },
  'attempts-too-many': { status: 429, title: 'Too many attempts failed' },
  'token-unknown': { status: 404, title: 'There is no token with this id' },
  'store-full': { status: 507, title: 'The disk has no room for the bundle' },
  'too-busy': { status: 503, title: 'The service has as much queued work as it takes' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemKind = keyof typeof PROBLEMS

/** Facts that are safe to show to whoever asked. */
export type ProblemFacts = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | readonly PlacedError[]>
>

/** What is wrong with a text, and where. */
export type PlacedError = {
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly expected: string
  readonly found: string
}

/** A failure the caller can act on; leaves the service as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly facts: ProblemFacts

  constructor(kind: ProblemKind, facts: ProblemFacts = {}) {
    super(PROBLEMS[kind].title)
    this.name = 'Problem'
    this.kind = kind
    this.facts = facts
  }
}
