import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Graph } from '../../src/diagnose/graph/graph.ts'
import { type Cause, causesOf } from '../../src/diagnose/match/group.ts'
import type { Match } from '../../src/diagnose/match/match.ts'
import type { Actor } from '../../src/diagnose/situation/actor.ts'
import { situationOf } from '../../src/diagnose/situation/situation.ts'
import type { GraphEdge, Severity, Verdict } from '../../src/model/diagnosis.ts'
import type { Signature } from '../../src/model/signature.ts'
import { snapshotOfText } from '../../src/parse/text-snapshot.ts'
import { actorMade, stackMade, waitMade } from './made.ts'

/** Tasks by name, e.g. `a`: blocked, each with a wait of its own. */
function castMade(names: string): ReadonlyMap<string, Actor> {
  return new Map(
    names.split(' ').map((name, index) => [
      name,
      actorMade({
        key: name,
        wait: waitMade(),
        task: { tid: 400 + index, tgid: 400 + index, comm: name, stack: stackMade([name]) },
      }),
    ]),
  )
}

/** `a>b`: a waits for b. */
function graphMade(arrows: string): Graph {
  const out = new Map<string, GraphEdge[]>()
  const into = new Map<string, GraphEdge[]>()
  for (const arrow of arrows.split(' ').filter((each) => each !== '')) {
    const [from = '', to = ''] = arrow.split('>')
    const edge = { from, to, kind: 'lock-owner', evidence: 'made up' }
    out.set(from, [...(out.get(from) ?? []), edge])
    into.set(to, [...(into.get(to) ?? []), edge])
  }
  return { nodes: new Map(), out, into }
}

type MatchFacts = {
  readonly subsumes?: readonly string[]
  readonly severity?: Severity
  readonly verdict?: Verdict
  /** Its first role. */
  readonly role?: string
  readonly others?: readonly Actor[]
}

function matchMade(id: string, anchors: readonly Actor[], facts: MatchFacts = {}): Match {
  const role = facts.role ?? 'waiter'
  const signature: Signature = {
    id,
    version: 1,
    title: id,
    severity: facts.severity ?? 'high',
    variants: [],
    why: 'made up',
    source: 'made up',
    last: false,
    roles: [{ name: role, relation: null, of: null, where: {}, says: null }],
    verdicts: { confirmed: null, likely: null, possible: [] },
    subject: 'stack',
    subsumes: facts.subsumes ?? [],
    kernel: null,
    summary: [{ when: null, text: id }],
    missing: [],
    steps: [],
  }
  const roles = new Map([[role, anchors]])
  if (facts.others) roles.set('other', facts.others)
  const subject = { kind: 'stack', id } as const
  return { signature, verdict: facts.verdict ?? 'likely', subject, anchors, roles }
}

function group(
  matches: readonly Match[],
  cast: ReadonlyMap<string, Actor>,
  arrows: string,
): readonly Cause[] {
  const bare = situationOf(snapshotOfText('[<0>] do_exit+0x1/0x2\n', { name: 'x' }))
  const actors = [...cast.values()]
  return causesOf(matches, { ...bare, actors, notable: actors }, graphMade(arrows))
}

const ids = (causes: readonly Cause[]) => causes.map(({ match }) => match.signature.id)
const comms = (actors: readonly Actor[]) => actors.map(({ task }) => task.comm)
const pick = (cast: ReadonlyMap<string, Actor>, names: string) =>
  names.split(' ').flatMap((name) => cast.get(name) ?? [])

test('matches that have nothing to do with each other are two causes', () => {
  const cast = castMade('a b')
  const matches = [matchMade('one', pick(cast, 'a')), matchMade('two', pick(cast, 'b'))]
  assert.deepEqual(ids(group(matches, cast, '')), ['one', 'two'])
})

test('a match of victims only is part of what they wait for, and they are victims there', () => {
  const cast = castMade('a b c')
  const matches = [
    matchMade('locks', pick(cast, 'a b'), { severity: 'critical' }),
    matchMade('disk', pick(cast, 'c')),
  ]
  const causes = group(matches, cast, 'a>b b>c')
  assert.deepEqual(ids(causes), ['disk'])
  assert.deepEqual(comms(causes[0]?.victims ?? []), ['a', 'b'])
  assert.deepEqual(
    causes[0]?.absorbed.map(({ signature }) => signature.id),
    ['locks'],
  )
})

test('a match of which one task waits for something else stays a cause', () => {
  const cast = castMade('a b c')
  const matches = [matchMade('locks', pick(cast, 'a b')), matchMade('disk', pick(cast, 'c'))]
  assert.deepEqual(ids(group(matches, cast, 'a>c')).sort(), ['disk', 'locks'])
})

test('two matches whose tasks wait for each other are one cause, the worse one', () => {
  const cast = castMade('a b')
  const matches = [
    matchMade('mild', pick(cast, 'a'), { severity: 'medium' }),
    matchMade('bad', pick(cast, 'b'), { severity: 'critical' }),
  ]
  const causes = group(matches, cast, 'a>b b>a')
  assert.deepEqual(ids(causes), ['bad'])
  assert.equal(causes[0]?.absorbed.length, 1)
})

test('three matches in a ring are one cause', () => {
  const cast = castMade('a b c')
  const matches = ['a', 'b', 'c'].map((name) => matchMade(name, pick(cast, name)))
  const causes = group(matches, cast, 'a>b b>c c>a')
  assert.equal(causes.length, 1)
  assert.equal(causes[0]?.absorbed.length, 2)
})

test('what a signature subsumes is part of it, where they share a task', () => {
  const cast = castMade('a b')
  const matches = [
    matchMade('teardown', pick(cast, 'b'), { severity: 'critical', others: pick(cast, 'a') }),
    matchMade('flush', pick(cast, 'a'), { subsumes: ['teardown'] }),
  ]
  assert.deepEqual(ids(group(matches, cast, 'b>a')), ['flush'])
  assert.deepEqual(ids(group([...matches].reverse(), cast, 'b>a')), ['flush'])
})

test('what a signature subsumes elsewhere on the host stays a cause', () => {
  const cast = castMade('a b')
  const matches = [
    matchMade('teardown', pick(cast, 'b')),
    matchMade('flush', pick(cast, 'a'), { subsumes: ['teardown'] }),
  ]
  assert.deepEqual(ids(group(matches, cast, '')).sort(), ['flush', 'teardown'])
})

test('what is subsumed by what is subsumed belongs to the outermost', () => {
  const cast = castMade('init inner leaf')
  const matches = [
    matchMade('hung-task', pick(cast, 'leaf'), { severity: 'medium' }),
    matchMade('teardown', pick(cast, 'init'), {
      subsumes: ['hung-task'],
      others: pick(cast, 'inner leaf'),
    }),
    matchMade('flush', pick(cast, 'leaf'), { severity: 'critical', subsumes: ['teardown'] }),
  ]
  const causes = group(matches, cast, 'init>inner inner>leaf')
  assert.deepEqual(ids(causes), ['flush'])
  assert.deepEqual(causes[0]?.absorbed.map(({ signature }) => signature.id).sort(), [
    'hung-task',
    'teardown',
  ])
  assert.deepEqual(comms(causes[0]?.victims ?? []), ['init', 'inner'])
})

test('two matches that subsume each other are one cause, not none', () => {
  const cast = castMade('a')
  const matches = [
    matchMade('one', pick(cast, 'a'), { subsumes: ['two'] }),
    matchMade('two', pick(cast, 'a'), { subsumes: ['one'] }),
  ]
  assert.equal(group(matches, cast, '').length, 1)
})

test('the surer of two matches of the same tasks names the cause', () => {
  const cast = castMade('a')
  const matches = [
    matchMade('guess', pick(cast, 'a'), { verdict: 'possible' }),
    matchMade('proof', pick(cast, 'a'), { verdict: 'confirmed' }),
  ]
  assert.deepEqual(ids(group(matches, cast, '')), ['proof'])
})

test('of several accused, those that wait for another of them are victims', () => {
  const cast = castMade('holder first second')
  const matches = [matchMade('mutex', pick(cast, 'holder first second'), { role: 'culprit' })]
  const [cause] = group(matches, cast, 'first>holder second>holder')
  assert.deepEqual(comms(cause?.match.roles.get('culprit') ?? []), ['holder'])
  assert.deepEqual(comms(cause?.victims ?? []), ['first', 'second'])
})

test('accused that wait for each other all stay accused', () => {
  const cast = castMade('a b')
  const matches = [matchMade('mutex', pick(cast, 'a b'), { role: 'culprit' })]
  const [cause] = group(matches, cast, 'a>b b>a')
  assert.deepEqual(comms(cause?.match.roles.get('culprit') ?? []), ['a', 'b'])
})

test('victims are told once, and never among the tasks of the cause', () => {
  const cast = castMade('a b c d')
  const matches = [matchMade('disk', pick(cast, 'a'), { others: pick(cast, 'b') })]
  const [cause] = group(matches, cast, 'b>a c>a d>c d>b')
  assert.deepEqual(comms(cause?.victims ?? []), ['c', 'd'])
})
