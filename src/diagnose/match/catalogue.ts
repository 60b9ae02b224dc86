import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { SEVERITIES, SUBJECT_KINDS } from '../../model/diagnosis.ts'
import { type Fault, FOUND_CHARS_MAX, type Parsed } from '../../model/parsed.ts'
import { EVENTS } from '../../model/report.ts'
import type { Clause, Role, Signature, TaskWhere } from '../../model/signature.ts'
import { TASK_STATES } from '../../model/task.ts'
import { WAIT_CLASSES, WAIT_CONTEXTS } from '../../model/wait.ts'
import { FACTS } from './facts.ts'
import { RELATIONS } from './relations.ts'

/**
 * Reads one signature file. The value is null when a fault leaves nothing to match with.
 *
 * Every fault names the line of the key or value it is about.
 */
export function parseSignature(text: string, file: string): Parsed<Signature | null> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const faults: Fault[] = document.errors.map((error) => ({
    file,
    line: lines.linePos(error.pos[0]).line,
    expected: 'YAML',
    found: error.message.split('\n')[0]?.slice(0, FOUND_CHARS_MAX) ?? '',
  }))
  if (faults.length > 0) return { value: null, faults }
  const reader = new Reader(file, lines, faults)
  const value = readSignature(reader, document.contents)
  return { value: faults.length > 0 ? null : value, faults }
}

/** Walks a document; what does not fit is noted with its line, and the walk goes on. */
class Reader {
  readonly #file: string
  readonly #lines: LineCounter
  readonly #faults: Fault[]

  constructor(file: string, lines: LineCounter, faults: Fault[]) {
    this.#file = file
    this.#lines = lines
    this.#faults = faults
  }

  fault(node: unknown, expected: string, found?: string): void {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
    const shown = found ?? (isNode(node) ? String(node) : 'nothing')
    this.#faults.push({
      file: this.#file,
      line: this.#lines.linePos(offset).line,
      expected,
      found: shown.slice(0, FOUND_CHARS_MAX),
    })
  }

  /** The fields of a mapping by name; a name that is not in `known` is a fault. */
  fields(node: unknown, known: readonly string[], what: string): ReadonlyMap<string, unknown> {
    const fields = new Map<string, unknown>()
    if (!isMap(node)) {
      this.fault(node, `${what}: a mapping`)
      return fields
    }
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (known.includes(name)) fields.set(name, value)
      else this.fault(key, `one of ${known.join(', ')}`, name)
    }
    return fields
  }

  entries(node: unknown, what: string): readonly (readonly [string, unknown])[] {
    if (node === undefined || node === null) return []
    if (!isMap(node)) {
      this.fault(node, `${what}: a mapping`)
      return []
    }
    return node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', value])
  }

  items(node: unknown, what: string): readonly unknown[] {
    if (node === undefined || node === null) return []
    if (isSeq(node)) return node.items
    this.fault(node, `${what}: a list`)
    return []
  }

  text(node: unknown, what: string): string {
    if (isScalar(node) && typeof node.value === 'string' && node.value.trim() !== '') {
      return node.value.trim()
    }
    this.fault(node, `${what}: text`)
    return ''
  }

  optionalText(node: unknown, what: string): string | null {
    return node === undefined ? null : this.text(node, what)
  }

  value(node: unknown): unknown {
    return isScalar(node) ? node.value : undefined
  }

  choice<Value extends string>(node: unknown, among: readonly Value[], what: string): Value | null {
    const found = among.find((each) => each === this.value(node))
    if (found === undefined) this.fault(node, `${what}: one of ${among.join(', ')}`)
    return found ?? null
  }
}

function isNode(node: unknown): node is Node {
  return typeof node === 'object' && node !== null && 'range' in node
}

const FIELDS = [
  'id',
  'version',
  'title',
  'severity',
  'why',
  'source',
  'last',
  'roles',
  'verdicts',
  'subject',
  'subsumes',
  'kernel',
  'summary',
  'missing',
  'steps',
]

function readSignature(reader: Reader, contents: unknown): Signature {
  const fields = reader.fields(contents, FIELDS, 'a signature')
  const version = reader.value(fields.get('version'))
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    reader.fault(fields.get('version') ?? contents, 'version: a whole number from 1')
  }
  const id = reader.text(fields.get('id'), 'id')
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) reader.fault(fields.get('id'), 'id: kebab-case')
  const roles = readRoles(reader, fields.get('roles'))
  const names = roles.map(({ name }) => name)
  const clauses = (node: unknown) =>
    node === undefined
      ? null
      : reader.items(node, 'a verdict').map((each) => readClause(reader, each, names))
  const verdicts = reader.fields(
    fields.get('verdicts'),
    ['confirmed', 'likely', 'possible'],
    'verdicts',
  )
  return {
    id,
    version: typeof version === 'number' ? version : 1,
    title: reader.text(fields.get('title'), 'title'),
    severity: reader.choice(fields.get('severity'), SEVERITIES, 'severity') ?? 'medium',
    why: reader.text(fields.get('why'), 'why'),
    source: reader.text(fields.get('source'), 'source'),
    last: reader.value(fields.get('last')) === true,
    roles,
    verdicts: {
      confirmed: clauses(verdicts.get('confirmed')),
      likely: clauses(verdicts.get('likely')),
      possible: clauses(verdicts.get('possible')),
    },
    subject: reader.choice(fields.get('subject'), SUBJECT_KINDS, 'subject') ?? 'stack',
    subsumes: reader
      .items(fields.get('subsumes'), 'subsumes')
      .map((each) => reader.text(each, 'subsumes')),
    kernel: reader.optionalText(fields.get('kernel'), 'kernel'),
    summary: readSummary(reader, fields.get('summary'), names),
    missing: reader
      .items(fields.get('missing'), 'missing')
      .map((each) => readMissing(reader, each, names)),
    steps: reader.items(fields.get('steps'), 'steps').map((each) => readStep(reader, each, names)),
  }
}

function readRoles(reader: Reader, node: unknown): readonly Role[] {
  const entries = reader.entries(node, 'roles')
  if (entries.length === 0) reader.fault(node, 'roles: at least one')
  const names = entries.map(([name]) => name)
  return entries.map(([name, value], index) => {
    const fields = reader.fields(value, ['where', 'relation', 'of', 'says'], `role ${name}`)
    const relation = reader.optionalText(fields.get('relation'), 'relation')
    if (relation !== null && !(relation in RELATIONS)) {
      reader.fault(fields.get('relation'), `relation: one of ${Object.keys(RELATIONS).join(', ')}`)
    }
    if ((relation === null) !== (index === 0)) {
      reader.fault(value, 'a relation in every role but the first')
    }
    const of = reader.optionalText(fields.get('of'), 'of')
    if (of !== null && !names.slice(0, index).includes(of)) {
      reader.fault(fields.get('of'), `of: an earlier role (${names.slice(0, index).join(', ')})`)
    }
    const where = fields.has('where') ? readWhere(reader, fields.get('where')) : {}
    return { name, relation, of, where, says: reader.optionalText(fields.get('says'), 'says') }
  })
}

type Check = 'texts' | 'boolean' | 'number' | readonly string[]

const WHERE: { readonly [Name in keyof TaskWhere]-?: Check } = {
  frames: 'texts',
  anyFrame: 'texts',
  noFrame: 'texts',
  class: WAIT_CLASSES,
  notClass: WAIT_CLASSES,
  function: 'texts',
  context: WAIT_CONTEXTS,
  state: TASK_STATES,
  event: EVENTS,
  exiting: 'boolean',
  blocked: 'boolean',
  proven: 'boolean',
  moving: 'boolean',
  unreapable: 'boolean',
  pendingSignal: 'number',
  kthread: 'boolean',
  comm: 'texts',
  kind: ['task', 'event', 'history', 'goroutine'],
  unreadable: 'boolean',
  pasted: 'boolean',
}

function readWhere(reader: Reader, node: unknown): TaskWhere {
  const where: Record<string, unknown> = {}
  const fields = reader.fields(node, Object.keys(WHERE), 'where')
  for (const [name, check] of Object.entries(WHERE)) {
    if (fields.has(name)) where[name] = readCondition(reader, fields.get(name), check, name)
  }
  return where
}

function readCondition(reader: Reader, node: unknown, check: Check, name: string): unknown {
  if (check === 'boolean' || check === 'number') {
    const value = reader.value(node)
    if (typeof value !== check) reader.fault(node, `${name}: a ${check}`)
    return value
  }
  const values = isSeq(node) ? reader.items(node, name) : [node]
  if (values.length === 0) reader.fault(node, `${name}: at least one`)
  return values.map((each) =>
    check === 'texts' ? reader.text(each, name) : reader.choice(each, check, name),
  )
}

const CLAUSES = ['has', 'lacks', 'some', 'where', 'fact', 'any', 'all', 'not']

function readClause(reader: Reader, node: unknown, roles: readonly string[]): Clause {
  const fields = reader.fields(node, CLAUSES, 'a clause')
  const role = (name: string) => reader.choice(fields.get(name), roles, name) ?? ''
  if (fields.has('has')) return { has: role('has') }
  if (fields.has('lacks')) return { lacks: role('lacks') }
  if (fields.has('some')) {
    return { some: role('some'), where: readWhere(reader, fields.get('where')) }
  }
  if (fields.has('fact')) {
    return { fact: reader.choice(fields.get('fact'), Object.keys(FACTS), 'fact') ?? '' }
  }
  const list = (name: string) =>
    reader.items(fields.get(name), name).map((each) => readClause(reader, each, roles))
  if (fields.has('any')) return { any: list('any') }
  if (fields.has('all')) return { all: list('all') }
  if (fields.has('not')) return { not: readClause(reader, fields.get('not'), roles) }
  reader.fault(node, `a clause: one of ${CLAUSES.join(', ')}`)
  return { all: [] }
}

/** A text, or a list of texts of which some stand under a condition. */
function readSummary(
  reader: Reader,
  node: unknown,
  roles: readonly string[],
): Signature['summary'] {
  if (!isSeq(node)) return [{ when: null, text: reader.text(node, 'summary') }]
  return node.items.map((item) => {
    if (!isMap(item)) return { when: null, text: reader.text(item, 'summary') }
    const fields = reader.fields(item, ['when', 'text'], 'a sentence')
    const when = fields.has('when') ? readClause(reader, fields.get('when'), roles) : null
    return { when, text: reader.text(fields.get('text'), 'text') }
  })
}

function readMissing(
  reader: Reader,
  node: unknown,
  roles: readonly string[],
): { readonly unless: Clause; readonly says: string } {
  const fields = reader.fields(node, ['unless', 'says'], 'missing')
  return {
    unless: readClause(reader, fields.get('unless'), roles),
    says: reader.text(fields.get('says'), 'says'),
  }
}

function readStep(
  reader: Reader,
  node: unknown,
  roles: readonly string[],
): Signature['steps'][number] {
  const fields = reader.fields(node, ['when', 'text', 'command'], 'a step')
  return {
    when: fields.has('when') ? readClause(reader, fields.get('when'), roles) : null,
    text: reader.text(fields.get('text'), 'text'),
    command: reader.optionalText(fields.get('command'), 'command'),
  }
}
