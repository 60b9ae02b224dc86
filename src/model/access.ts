/** What an access token allows; each role may do all that those before it may, save that a collector only uploads. */
export const ROLES = ['collector', 'viewer', 'editor', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Labels by name. */
export type Labels = Readonly<Record<string, string>>

/** Who asks, and what they may. */
export type Caller = {
  /** As histories and the audit trail show it. */
  readonly name: string
  readonly role: Role
  /** Id of the token behind the request; null where none is. */
  readonly tokenId: string | null
  /** What hosts must be labelled for the caller to see anything of them; null: all is seen. */
  readonly labels: Labels | null
  /**
   * What the request proves it by. `session` and `proxy` are what a browser sends by itself,
   * whichever page made it ask; `open`: nothing is asked for, while no token exists.
   */
  readonly by: 'token' | 'session' | 'proxy' | 'open'
}

/** An access token, as it may be shown: without what it is proved by. */
export type Token = {
  readonly id: string
  readonly name: string
  readonly role: Role
  /** What hosts must be labelled to be seen by it; empty: all is seen. */
  readonly labels: Labels
  /** How the token begins. */
  readonly hint: string
  /** RFC 3339 UTC, here and below. */
  readonly createdAt: string
  readonly createdBy: string
  /** To the minute; null: never. */
  readonly lastUsedAt: string | null
  /** Null: never. */
  readonly expiresAt: string | null
  readonly revokedAt: string | null
}

/** One change, or one sign-in that failed. */
export type AuditItem = {
  /** RFC 3339 UTC. */
  readonly at: string
  readonly who: string
  readonly tokenId: string | null
  /** Of the client; null on the command line. */
  readonly address: string | null
  /** E.g. `PATCH /api/v1/incidents/:id`, `sign-in`, `token create`. */
  readonly action: string
  /** Null on the command line, here and below. */
  readonly method: string | null
  readonly path: string | null
  /** Id of what was changed or made, where there is one. */
  readonly target: string | null
  readonly status: number | null
}

/** True where one role may do what another may. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** True where all labels that are wanted are there. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}
