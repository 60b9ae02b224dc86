import { isMap, isSeq, LineCounter, parseDocument } from 'yaml'
import { SEVERITIES, SUBJECT_KINDS, VERDICTS, type Verdict } from '../../model/diagnosis.ts'
import { type Fault, FOUND_CHARS_MAX, type Parsed } from '../../model/parsed.ts'
import { EVENTS } from '../../model/report.ts'
import type { Clause, Role, Signature, TaskWhere, Variant } from '../../model/signature.ts'
import { TASK_STATES } from '../../model/task.ts'
import { WAIT_CLASSES, WAIT_CONTEXTS } from '../../model/wait.ts'
import { FACTS } from './facts.ts'
import { RELATIONS } from './relations.ts'
import { YamlReader } from './yaml-reader.ts'

/**
 * Reads one signature file. The value is null when a fault leaves nothing to match with.
 *
 * Every fault names the line of the key or value it is about.
 */
export function parseSignature(text: string, file: string): Parsed<Signature | null> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const faults: Fault[] = document.errors.map((error) => {
    const place = lines.linePos(error.pos[0])
    const found = error.message.split('\n')[0]?.slice(0, FOUND_CHARS_MAX) ?? ''
    return { file, line: place.line, column: place.col, expected: 'YAML', found }
  })
  if (faults.length > 0) return { value: null, faults }
  const reader = new YamlReader(file, lines, faults)
  const value = readSignature(reader, document.contents)
  return { value: faults.length > 0 ? null : value, faults }
}

const FIELDS = [
  'id',
  'version',
  'title',
  'severity',
  'variants',
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

function readSignature(reader: YamlReader, contents: unknown): Signature {
  const fields = reader.fields(contents, FIELDS, 'a signature')
  const version = reader.value(fields.get('version'))
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    reader.fault(fields.get('version') ?? contents, 'version: a whole number from 1')
  }
  const id = reader.text(fields.get('id'), 'id')
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) reader.fault(fields.get('id'), 'id: kebab-case')
  const roles = readRoles(reader, fields.get('roles'))
  const names = roles.map(({ name }) => name)
  return {
    id,
    version: typeof version === 'number' ? version : 1,
    title: reader.text(fields.get('title'), 'title'),
    severity: reader.choice(fields.get('severity'), SEVERITIES, 'severity') ?? 'medium',
    variants: reader
      .items(fields.get('variants'), 'variants')
      .map((each) => readVariant(reader, each, names)),
    why: reader.text(fields.get('why'), 'why'),
    source: reader.text(fields.get('source'), 'source'),
    last: reader.value(fields.get('last')) === true,
    roles,
    verdicts: readVerdicts(reader, fields.get('verdicts'), names),
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

function readVerdicts(
  reader: YamlReader,
  node: unknown,
  roles: readonly string[],
): Signature['verdicts'] {
  const fields = reader.fields(node, VERDICTS, 'verdicts')
  const clauses = (verdict: Verdict) => {
    const each = fields.get(verdict)
    if (each === undefined) return null
    return reader.items(each, 'a verdict').map((item) => readClause(reader, item, roles))
  }
  return {
    confirmed: clauses('confirmed'),
    likely: clauses('likely'),
    possible: clauses('possible'),
  }
}

function readRoles(reader: YamlReader, node: unknown): readonly Role[] {
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

function readWhere(reader: YamlReader, node: unknown): TaskWhere {
  const where: Record<string, unknown> = {}
  const fields = reader.fields(node, Object.keys(WHERE), 'where')
  for (const [name, check] of Object.entries(WHERE)) {
    if (fields.has(name)) where[name] = readCondition(reader, fields.get(name), check, name)
  }
  return where
}

function readCondition(reader: YamlReader, node: unknown, check: Check, name: string): unknown {
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

function readClause(reader: YamlReader, node: unknown, roles: readonly string[]): Clause {
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
  reader: YamlReader,
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

function readVariant(reader: YamlReader, node: unknown, roles: readonly string[]): Variant {
  const fields = reader.fields(node, ['when', 'title', 'severity'], 'a variant')
  const severity = fields.get('severity')
  return {
    when: readClause(reader, fields.get('when'), roles),
    title: reader.optionalText(fields.get('title'), 'title'),
    severity:
      severity === undefined ? null : (reader.choice(severity, SEVERITIES, 'severity') ?? null),
  }
}

function readMissing(
  reader: YamlReader,
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
  reader: YamlReader,
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
