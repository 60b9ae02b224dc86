/**
 * What a list of incidents is asked for. In every list of values the values are alternatives, and
 * one that begins with `!` excludes; different filters must all hold.
 */
export type IncidentFilter = {
  readonly signature?: readonly string[]
  readonly verdict?: readonly string[]
  readonly severity?: readonly string[]
  readonly state?: readonly string[]
  /** True: only what is muted; false: only what is not. */
  readonly muted?: boolean
  readonly host?: readonly string[]
  readonly kernel?: readonly string[]
  readonly class?: readonly string[]
  readonly fingerprint?: readonly string[]
  /** Function names that stand on a stack of one of its tasks. */
  readonly frame?: readonly string[]
  /** Keys of tickets that hang on it, on its signature or on its shape. */
  readonly ticket?: readonly string[]
  /** `label.K=V`: by label name. */
  readonly labels?: Readonly<Record<string, readonly string[]>>
  /** RFC 3339; last seen at or after. */
  readonly since?: string
  /** RFC 3339; first seen before. */
  readonly until?: string
  /** Words to find in title, host, comm and frames. */
  readonly q?: string
}

export const INCIDENT_SORTS = ['lastSeen', 'firstSeen', 'severity'] as const

export type IncidentQuery = IncidentFilter & {
  readonly sort?: (typeof INCIDENT_SORTS)[number]
  /** Rows a page, 1 to 500. */
  readonly limit: number
  readonly cursor?: string
}
