const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Largest unit first: below the limit, seconds are told in this unit. */
const AGES: readonly { readonly limit: number; readonly unit: number; readonly name: string }[] = [
  { limit: HOUR, unit: MINUTE, name: 'min' },
  { limit: 2 * DAY, unit: HOUR, name: 'h' },
  { limit: 60 * DAY, unit: DAY, name: 'days' },
]

/** `5 min ago`, `3 h ago`, `in 2 h`; the date alone when that says more. */
export function ago(at: string, now: string): string {
  const seconds = (Date.parse(now) - Date.parse(at)) / 1000
  if (Number.isNaN(seconds)) return at
  const span = spanOf(Math.abs(seconds))
  if (span === null) return at.slice(0, 10)
  if (span === '') return 'just now'
  return seconds < 0 ? `in ${span}` : `${span} ago`
}

/** How long something lasted: `48 s`, `12 min`, `7 h`, `400 days`. */
export function lasted(seconds: number): string {
  return spanOf(seconds) || (seconds < MINUTE ? `${Math.round(seconds)} s` : days(seconds))
}

function spanOf(seconds: number): string | null {
  if (seconds < MINUTE) return ''
  const age = AGES.find(({ limit }) => seconds < limit)
  return age ? `${Math.floor(seconds / age.unit)} ${age.name}` : null
}

function days(seconds: number): string {
  return `${Math.floor(seconds / DAY)} days`
}

/** `2026-11-23 12:00:00 UTC`; text that is no instant stays as it is. */
export function instant(at: string): string {
  const time = Date.parse(at)
  if (Number.isNaN(time)) return at
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `1 host`, `2 hosts`, `1,204 hosts`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** A number in groups of three: `1,292`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

const BYTE_UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const

/** `812 bytes`, `59.9 KB`, `9.1 MB`. */
export function bytes(count: number): string {
  const step = count < 1 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), BYTE_UNITS.length - 1)
  const scaled = count / 1000 ** step
  return `${step === 0 ? scaled : scaled.toFixed(scaled < 100 ? 1 : 0)} ${BYTE_UNITS[step]}`
}

/** `pid-namespace` as people write it. */
export function spaced(name: string): string {
  return name.replace(/[-_]+/g, ' ')
}

/** Upper case for the first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The text, at most this many characters of it, with an ellipsis where it was cut. */
export function clipped(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text
  // Half a pair, left by the cut, would be shown as a broken character.
  return `${text
    .slice(0, charsMax - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`
}

/** What stands before an incident's `since`: a finding of severity info is over. */
export function sinceWords(severity: string): string {
  return severity === 'info' ? 'was stuck from' : 'stuck since'
}
