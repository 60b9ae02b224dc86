import type { Goroutine } from '../model/goroutine.ts'
import type { Parsed } from '../model/parsed.ts'
import { messageStart } from './log/prefix.ts'

/**
 * Reads a Go dump of all goroutines (SIGQUIT, or debug/pprof/goroutine?debug=2), with or without
 * log prefixes, also on one line with literal `\n` and `\t`.
 *
 *     goroutine 146 [select, 8817 minutes]:
 *
 * An empty text holds none. Of a dump of tens of thousands, those that can tell of a hang are kept:
 * the long-waiting ones, and those in a call of a container's API. Source: Go, runtime/traceback.go.
 */
export function parseGoroutines(text: string, file: string): Parsed<readonly Goroutine[]> {
  const lines =
    text.includes('\\n') && isOneLine(text)
      ? text.replaceAll('\\n', '\n').replaceAll('\\t', '\t')
      : text
  const found: Goroutine[] = []
  const heads = /^.{0,200}?\bgoroutine (\d+)(?: [^[\n]{0,100})? \[([^\]\n]{0,200})\]:/gm
  let head = heads.exec(lines)
  let line = 1
  let counted = 0
  while (head) {
    line += newlines(lines, counted, head.index)
    counted = head.index
    const start = heads.lastIndex
    const next = heads.exec(lines)
    const goroutine = toGoroutine(head, lines.slice(start, next?.index ?? lines.length), {
      file,
      line: lines === text ? line : 1,
    })
    if (found.length < GOROUTINES_MAX) found.push(goroutine)
    head = next
  }
  return { value: found, faults: [] }
}

const GOROUTINES_MAX = 20_000
const FUNCTIONS_MAX = 100

function isOneLine(text: string): boolean {
  return text.includes('goroutine ') && /goroutine \d+ [^\n]{0,200}\]:\\n/.test(text)
}

function newlines(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1))
    count += 1
  return count
}

function toGoroutine(
  head: RegExpExecArray,
  body: string,
  from: { file: string; line: number },
): Goroutine {
  const [whole, id = '', inside = ''] = head
  const minutes = /(\d+) minutes/.exec(inside)?.[1]
  return {
    id: Number(id),
    state: (inside.split(',')[0] ?? '').trim(),
    minutes: minutes === undefined ? null : Number(minutes),
    functions: functionsOf(body),
    from,
    text: whole.slice(whole.indexOf('goroutine ')),
  }
}

function functionsOf(body: string): string[] {
  const functions: string[] = []
  for (const line of body.slice(0, 64_000).split('\n')) {
    const text = line.slice(messageStart(line, 0, line.length)).trim()
    const name = functionOf(text)
    if (name === null) continue
    functions.push(name)
    if (functions.length >= FUNCTIONS_MAX) break
  }
  return functions
}

/** `net/http.(*persistConn).roundTrip(0xc000658fc0, ...)` without its arguments. */
function functionOf(text: string): string | null {
  if (text.startsWith('created by ')) return null
  if (!text.endsWith(')') || text.startsWith('/')) return null
  const open = text.lastIndexOf('(')
  const name = open > 0 ? text.slice(0, open) : ''
  return /^[^ ]+$/.test(name) ? name : null
}
