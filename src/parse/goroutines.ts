import type { Goroutine } from '../model/goroutine.ts'
import type { Parsed } from '../model/parsed.ts'
import { messageStart } from './log/prefix.ts'

// Of a dump of tens of thousands these are kept whole: those in a call of a container's API, and
// those that wait longest. The rest is the same few loops, ten thousand times.
const OF_API_MAX = 1000
const OTHERS_MAX = 1000
const FUNCTIONS_MAX = 100
// Some 50 frames of 200 characters; a runtime prints no more than 100 frames.
const BODY_CHARS_MAX = 64_000

/** What a container's API goes by in the names of functions, packages and files. */
const API = /docker|containerd|moby|podman|cri-o|crio|kubelet|runc/i

/** The first line of a goroutine, wherever its text begins. */
const HEAD =
  /goroutine (?<id>\d{1,12})(?: [^[\]\n:]{1,120})? \[(?<inside>[^\]\n]{1,120})\](?: \{[^\n]{0,400}\})?:/

/**
 * Reads a Go dump of all goroutines (SIGQUIT, or debug/pprof/goroutine?debug=2), with or without
 * log prefixes, also on one line with literal `\n` and `\t`.
 *
 *     goroutine 52 [select, 41 minutes]:
 *
 * An empty text holds none. All goroutines of a small dump are kept, of a large one those that can
 * tell of a hang, in the order of the text. Source: Go, runtime/traceback.go, goroutineheader().
 */
export function parseGoroutines(text: string, file: string): Parsed<readonly Goroutine[]> {
  const places = isEscaped(text) ? escapedPlaces(text) : placesIn(text, null)
  const kept = chosen(places)
  return { value: kept.map((place) => toGoroutine(place, file)), faults: [] }
}

/** Where a goroutine stands, and what decides whether it is kept. */
type GoroutinePlace = {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly line: number
  readonly minutes: number
  readonly isOfApi: boolean
}

function placesIn(text: string, fixedLine: number | null): GoroutinePlace[] {
  const places: GoroutinePlace[] = []
  let line = 1
  let counted = 0
  let start = headFrom(text, 0)
  while (start >= 0) {
    const next = headFrom(text, start + 1)
    const end = next < 0 ? text.length : next
    line += newlines(text, counted, start)
    counted = start
    const head = text.slice(start, Math.min(end, start + 260))
    const body = text.slice(start, Math.min(end, start + BODY_CHARS_MAX))
    places.push({
      text,
      start,
      end,
      line: fixedLine ?? line,
      minutes: minutesOf(HEAD.exec(head)?.groups?.['inside']) ?? 0,
      isOfApi: API.test(body),
    })
    start = next
  }
  return places
}

/** Where the next goroutine begins; -1 when there is none. */
function headFrom(text: string, from: number): number {
  let at = text.indexOf('goroutine ', from)
  while (at >= 0) {
    // `created by net/http.(*Server).Serve in goroutine 1` is a line of another one.
    const head = text.slice(at, at + 520)
    if (HEAD.exec(head)?.index === 0) return at
    at = text.indexOf('goroutine ', at + 10)
  }
  return -1
}

function newlines(text: string, from: number, to: number): number {
  let count = 0
  let at = text.indexOf('\n', from)
  while (at >= 0 && at < to) {
    count += 1
    at = text.indexOf('\n', at + 1)
  }
  return count
}

function chosen(places: readonly GoroutinePlace[]): readonly GoroutinePlace[] {
  if (places.length <= OF_API_MAX + OTHERS_MAX) return places
  const longest = [...places].sort((a, b) => b.minutes - a.minutes)
  const ofApi = longest.filter(({ isOfApi }) => isOfApi).slice(0, OF_API_MAX)
  const others = longest.filter(({ isOfApi }) => !isOfApi).slice(0, OTHERS_MAX)
  return [...ofApi, ...others].sort((a, b) => a.line - b.line || a.start - b.start)
}

function toGoroutine({ text, start, end, line }: GoroutinePlace, file: string): Goroutine {
  const body = text.slice(start, Math.min(end, start + BODY_CHARS_MAX))
  const head = HEAD.exec(body)
  const inside = head?.groups?.['inside'] ?? ''
  return {
    id: Number(head?.groups?.['id']),
    state: ownText((inside.split(',')[0] ?? '').trim()),
    minutes: minutesOf(inside),
    functions: functionsOf(body.slice(head?.[0].length ?? 0)),
    from: { file, line },
    text: ownText(head?.[0] ?? ''),
  }
}

function minutesOf(inside: string | undefined): number | null {
  const minutes = inside === undefined ? undefined : /, (\d{1,12}) minutes/.exec(inside)?.[1]
  return minutes === undefined ? null : Number(minutes)
}

function functionsOf(body: string): string[] {
  const functions: string[] = []
  let isBegun = false
  for (const line of body.split('\n')) {
    const text = line.slice(messageStart(line, 0, line.length)).trim()
    // A blank line ends a goroutine; what a page says below it is no part of it.
    if (text === '' && isBegun) break
    isBegun ||= text !== ''
    functions.push(...functionsIn(text))
    if (functions.length >= FUNCTIONS_MAX || text.startsWith('created by')) break
  }
  return functions
}

/** What a web page leaves of `a.go:27 +0x10f` and `github.com/x.(*Client).get(...)` below it, eaten as an address of mail. */
const TORN_FUNCTION =
  /\.go:\d+(?: \+0x[\da-f]+)?\*(?<method>\w+\)\.\w+)\(|^\/\S{0,200} \+0x[\da-f]+\*(?<bare>\w+\)\.\w+)\(/

function functionsIn(text: string): string[] {
  if (text.startsWith('created by')) return []
  const torn = TORN_FUNCTION.exec(text)?.groups
  const method = torn?.['method'] ?? torn?.['bare']
  if (method !== undefined) return [`(*${method}`]
  if (!text.endsWith(')') || text.startsWith('/')) return []
  const open = argumentsStart(text)
  const name = open > 0 ? text.slice(0, open) : ''
  return /^[^\s]+$/.test(name) && /[A-Za-z]/.test(name) ? [ownText(name)] : []
}

/** `net/http.(*Transport).roundTrip(0xc000658fc0, {0x1, 0x2})`: where its last parentheses open. */
function argumentsStart(text: string): number {
  let depth = 0
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const code = text.charCodeAt(at)
    if (code === 0x29) depth += 1
    else if (code === 0x28) depth -= 1
    if (depth === 0) return at
  }
  return -1
}

function isEscaped(text: string): boolean {
  return text.includes(']:\\n') && text.includes('goroutine ')
}

/** Dumps inside one line of a log, as JSON and journals print them. */
function escapedPlaces(text: string): GoroutinePlace[] {
  const lines = text.split('\n')
  const places = lines.flatMap((line, index) =>
    line.includes(']:\\n')
      ? placesIn(line.replaceAll('\\n', '\n').replaceAll('\\t', '\t'), index + 1)
      : [],
  )
  const rest = lines.map((line) => (line.includes(']:\\n') ? '' : line)).join('\n')
  return [...places, ...placesIn(rest, null)].sort((a, b) => a.line - b.line || a.start - b.start)
}

/** A copy that does not keep the whole dump in memory, as a slice of it does. */
function ownText(text: string): string {
  return ` ${text}`.slice(1)
}
