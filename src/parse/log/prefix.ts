/**
 * What stands before the text of a kernel message: time stamps, levels, callers, host names, quotes of
 * a mail. They come combined at will, so they are taken off one by one until nothing is known any more.
 */

const SPACE = 0x20
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39
const BRACKET = 0x5b
const BRACKET_END = 0x5d
const GREATER = 0x3e
const PLUS = 0x2b
const DOT = 0x2e

// Longer than any prefix seen; what lies beyond is the message, however it looks.
const PREFIX_CHARS_MAX = 160
const STAMP_CHARS_MAX = 40

/** A prefix that a regular expression reads, tried only where a line begins with such a character. */
type WordPrefix = { readonly name: string; readonly example: string; readonly shape: RegExp }

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
// `host kernel:`, `kernel:`, `host dockerd[812]:`. A host's name never ends in a colon, a message's first word may.
const TAG = String.raw`(?:[^ \t:\[]+ +)?(?:(?:kernel(?:\[\d+\])?|vmunix|[\w.@\/-]+\[\d+\]): ?|kernel - - (?:-|\[[^\]]{0,60}\]) )`

/** Every prefix that begins with a letter or a digit; all are anchored and bounded. */
export const WORD_PREFIXES: readonly WordPrefix[] = [
  { name: 'tag', example: 'kernel: ', shape: /^kernel(?:\[\d+\])?: ?/ },
  {
    name: 'RFC 3339, and the forms of journalctl, CI systems and dmesg that are like it',
    example: '2025-01-24T02:15:03.9009694Z host kernel: ',
    shape: new RegExp(
      String.raw`^(?:1 )?(?:${DAY} )?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?[: \t]+(?:std(?:out|err) [FP] )?(?:${TAG})?`,
    ),
  },
  {
    name: 'syslog',
    example: 'Oct  1 15:19:30 host kernel: ',
    shape: new RegExp(
      String.raw`^(?:${DAY} )?${MONTH} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: \d{4})? +(?:${TAG})?`,
    ),
  },
  {
    name: 'seconds since 1970',
    example: '1648453600.123456 host kernel: ',
    shape: new RegExp(String.raw`^\d{9,11}\.\d{3,9} +${TAG}`),
  },
  {
    name: '/dev/kmsg and netconsole',
    example: '4,1234,56789012,-;',
    shape: /^\d{1,4},\d{1,12},(?<usec>\d{1,16}),[-c+](?:,[^;]{0,60})?;/,
  },
  {
    name: 'dmesg -x',
    example: 'kern  :warn  : ',
    shape: /^(?:kern|user|daemon|syslog) {0,4}:[a-z]{3,6} {0,4}: ?/,
  },
  { name: 'line number', example: '  12:\t', shape: /^\d{1,6}[:\t][ \t]*(?=\[ *\d|\[<)/ },
  {
    name: 'a time stamp whose bracket was cut off',
    example: '125545.834971] ',
    shape: /^\d{1,9}\.\d{6}\] ?/,
  },
]

/** By its first character. Blanks, the quotes of mails and the emphasis of Markdown are left out. */
const FIRST_OF: readonly (readonly [First, string])[] = [
  ['blank', ' \t>*`'],
  ['bracket', '['],
  ['level', '<'],
  ['digit', '0123456789'],
  ['capital', 'JFMASONDTW'],
  ['word', 'kuds'],
  ['emphasis', '_'],
]

/**
 * Where the message of the line from `from` to `to` begins, without leading blanks.
 *
 *     > Oct  1 15:19:30 host kernel: [12345.678901][ T165] INFO: task
 */
export function messageStart(text: string, from: number, to: number): number {
  const limit = Math.min(to, from + PREFIX_CHARS_MAX)
  let at = from
  while (at < limit) {
    const first = FIRSTS[text.charCodeAt(at)]
    if (first === undefined) return at
    const next = first === 'blank' ? at + 1 : AFTER[first](text, at, limit)
    if (next === at) return at
    at = next
  }
  return at
}

type First = 'blank' | 'bracket' | 'level' | 'digit' | 'capital' | 'word' | 'emphasis'

/**
 * What a character can begin: most lines of a log are frames, and the first letter of most of them
 * begins no prefix.
 */
const FIRSTS: readonly (First | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return FIRST_OF.find(([, characters]) => characters.includes(character))?.[0]
})

type After = (text: string, at: number, limit: number) => number

const AFTER: Readonly<Record<Exclude<First, 'blank'>, After>> = {
  bracket: afterBracket,
  level: afterLevel,
  digit: afterWord,
  // `Oct `, `Mon `.
  capital: (text, at, limit) =>
    text.charCodeAt(at + 3) === SPACE ? afterWord(text, at, limit) : at,
  word: (text, at, limit) =>
    FIRST_WORDS.some((word) => text.startsWith(word, at)) ? afterWord(text, at, limit) : at,
  // Markdown: `_[<0>] ..._`; a name may begin with `_`.
  emphasis: (text, at) => (text.charCodeAt(at + 1) === BRACKET ? at + 1 : at),
}

const FIRST_WORDS = ['kern', 'user ', 'daemon', 'syslog']

function afterWord(text: string, at: number, limit: number): number {
  const head = text.slice(at, limit)
  for (const { shape } of WORD_PREFIXES) {
    const found = shape.exec(head)
    if (found) return at + found[0].length
  }
  return at
}

/** `<4>`, `<30>`: the level, of at most three digits. `<0>` of a stack stands inside brackets. */
function afterLevel(text: string, at: number, limit: number): number {
  let end = at + 1
  while (end < limit && end - at <= 4 && isDigit(text.charCodeAt(end))) end += 1
  return end > at + 1 && text.charCodeAt(end) === GREATER ? end + 1 : at
}

/** `[   12.345678]`, `[  +0.000021]`, `[ T165]`, `[C0]`, `[Mon Mar 28 07:46:40 2022]`, `[2025-02-05 15:30:52]`. */
function afterBracket(text: string, at: number, limit: number): number {
  let start = at + 1
  while (start < limit && text.charCodeAt(start) === SPACE) start += 1
  const last = Math.min(limit, start + STAMP_CHARS_MAX)
  let end = start
  while (end < last && text.charCodeAt(end) !== BRACKET_END) end += 1
  return end < last && isStamp(text, start, end) ? end + 1 : at
}

function isStamp(text: string, start: number, end: number): boolean {
  const code = text.charCodeAt(start)
  if ((isDigit(code) || code === PLUS) && isSeconds(text, start, end)) return true
  if ((code === 0x54 || code === 0x43) && isCaller(text, start, end)) return true
  return end - start >= STAMP_CHARS_MIN && STAMP.test(text.slice(start, end))
}

function isSeconds(text: string, from: number, end: number): boolean {
  let dots = 0
  let start = from
  while (start < end && text.charCodeAt(start) === SPACE) start += 1
  for (let at = start + (isDigit(text.charCodeAt(start)) ? 0 : 1); at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code === DOT) dots += 1
    else if (!isDigit(code)) return false
  }
  return dots === 1
}

/** `T165`, `C0`; since v6.19 a task's name may follow. */
function isCaller(text: string, start: number, end: number): boolean {
  let at = start + 1
  while (at < end && isDigit(text.charCodeAt(at))) at += 1
  if (at === start + 1) return false
  while (at < end && text.charCodeAt(at) === SPACE) at += 1
  return at === end || text.charCodeAt(at) === 0x40 || text.charCodeAt(at) === 0x2f
}

const STAMP_CHARS_MIN = 8
// `Mon Mar 28 07:46:40 2022`, `2025-02-05 15:30:52`, dmesg -H's `Mar28 07:46`, dmesg -d's
// `12.345678 <    0.000021>`, and what kernels of telephones say of CPU and task: `1:  kworker/1:1:  456`.
const STAMP = new RegExp(
  String.raw`^(?:(?:${DAY} ${MONTH} +\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \d{4}|(?:${DAY} )?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?|${MONTH}\d{1,2} \d\d:\d\d|\d{1,9}\.\d{6})?(?: ?< *\d{1,9}\.\d{6}>)? *|\d: {1,16}[^ \]][^\]]{0,15}: {1,6}\d{1,7})$`,
)

function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_9
}

/** What a prefix tells of time. */
export type Times = {
  readonly uptimeSeconds: number | null
  /** RFC 3339 UTC. A time without a zone is taken as UTC, one without a year is null. */
  readonly at: string | null
}

const UPTIME = /\[ *(?<seconds>\d{1,9}\.\d{1,9})(?: <[^>]{1,20}>)?\]/
const KMSG = /^\d{1,4},\d{1,12},(?<usec>\d{1,16}),/
const CUT_UPTIME = /^(?<seconds>\d{1,9}\.\d{6})\]/
const WALL =
  /(?<day>\d{4}-\d\d-\d\d)[T ](?<time>\d\d:\d\d:\d\d)(?:[.,](?<part>\d{1,9}))?(?: ?(?<zone>Z|UTC|[+-]\d\d:?\d\d))?/
const CTIME = new RegExp(
  String.raw`(?<month>${MONTH}) +(?<date>\d{1,2}) (?:(?<year>\d{4}) )?(?<time>\d\d:\d\d:\d\d)(?:\.\d+)?(?: (?<late>\d{4}))?`,
)
const EPOCH = /^(?<seconds>\d{9,11})\.\d{3,9} /

/** Reads the times of a prefix, as `messageStart` found it. */
export function timesOf(prefix: string): Times {
  const seconds = plainUptimeOf(prefix)
  if (seconds !== null) return { uptimeSeconds: seconds, at: null }
  return { uptimeSeconds: uptimeOf(prefix), at: wallOf(prefix) }
}

/** `[   12.345678] ` and nothing else, as in most logs. */
function plainUptimeOf(prefix: string): number | null {
  if (prefix.charCodeAt(0) !== BRACKET) return null
  const end = prefix.indexOf(']')
  if (end < 0 || !isSeconds(prefix, 1, end) || prefix.slice(end + 1).trim() !== '') return null
  return Number(prefix.slice(1, end))
}

function uptimeOf(prefix: string): number | null {
  const usec = KMSG.exec(prefix)?.groups?.['usec']
  if (usec !== undefined) return Number(usec) / 1e6
  const seconds = (UPTIME.exec(prefix) ?? CUT_UPTIME.exec(prefix.trimStart()))?.groups?.['seconds']
  return seconds === undefined ? null : Number(seconds)
}

function wallOf(prefix: string): string | null {
  const wall = WALL.exec(prefix)?.groups
  if (wall) return isoOf(`${wall['day']}T${wall['time']}.${wall['part'] ?? '0'}`, wall['zone'])
  const epoch = EPOCH.exec(prefix.trimStart())?.groups?.['seconds']
  if (epoch !== undefined) return new Date(Number(epoch) * 1000).toISOString()
  const ctime = CTIME.exec(prefix)?.groups
  const year = ctime?.['year'] ?? ctime?.['late']
  if (!ctime || year === undefined) return null
  const month = 1 + 'JanFebMarAprMayJunJulAugSepOctNovDec'.indexOf(ctime['month'] ?? '') / 3
  const day = `${year}-${two(month)}-${two(Number(ctime['date']))}`
  return isoOf(`${day}T${ctime['time']}`, undefined)
}

function isoOf(local: string, zone: string | undefined): string | null {
  const ms = Date.parse(
    zone === undefined || zone === 'UTC' || zone === 'Z' ? `${local}Z` : local + zone,
  )
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
