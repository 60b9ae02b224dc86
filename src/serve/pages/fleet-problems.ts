import { z } from 'zod'
import { Problem } from '../../model/problem.ts'
import { removeLink } from '../../store/links.ts'
import { mergeProblem, nameProblem, partProblem } from '../../store/problem-change.ts'
import { listProblems } from '../../store/problem-list.ts'
import { findProblem } from '../../store/problems.ts'
import { fleetProblemPage, problemsPage } from '../../web/pages/problems.ts'
import { problemPath } from '../../web/parts/paths.ts'
import { readLinks, saveLink } from '../linked.ts'
import { checked } from '../route.ts'
import { fingerprint, name, note, ProblemsQuery } from '../schemas-problems.ts'
import { newLink } from '../schemas-tickets.ts'
import type { Services } from '../services.ts'
import { type AskedPage, type FormAnswer, filled } from './asked.ts'
import { showProblemKind } from './problem.ts'

export async function showProblems({ context, query }: AskedPage, { store }: Services) {
  const given = filled(query)
  const asked = checked(ProblemsQuery, given)
  const pairs = Object.entries(given)
    .filter(([key]) => key !== 'cursor')
    .flatMap(([key, value]) => [value].flat().map((one): [string, string] => [key, String(one)]))
  return problemsPage(context, {
    page: await listProblems(store, asked),
    query: asked,
    address: pairs.length === 0 ? '/problems' : `/problems?${new URLSearchParams(pairs)}`,
    cursor: asked.cursor ?? null,
  })
}

/** A problem of the fleet, or a kind of problem of the API: only the first begins with a number. */
export async function showProblem(asked: AskedPage, services: Services): Promise<string> {
  const id = asked.params['kind'] ?? ''
  if (!/^\d+:/.test(id)) return showProblemKind(asked)
  // What it counts is of the whole fleet.
  if (asked.labels !== null) throw new Problem('labels-limited')
  const problem = await findProblem(services.store, id)
  const links = await readLinks(services, { kind: 'problem', id }, asked.labels)
  return fleetProblemPage(asked.context, { problem, links })
}

const NameForm = z.strictObject({ name: name.exactOptional(), note: note.exactOptional() })
const MergeForm = z.strictObject({ into: fingerprint, note: note.exactOptional() })
const LinkForm = z.strictObject(newLink)

/** Where the form stood, and who sent it. */
function said({ params, who }: AskedPage) {
  const id = params['fingerprint'] ?? ''
  return { id, by: { who, atMs: Date.now() }, answer: { goTo: problemPath(id) } }
}

export async function nameProblemByForm(
  asked: AskedPage,
  body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  const { id, by, answer } = said(asked)
  const words = checked(NameForm, filled(body))
  await nameProblem(store, id, { name: words.name ?? null, note: words.note ?? null }, by)
  return answer
}

export async function mergeProblemByForm(
  asked: AskedPage,
  body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  const { id, by, answer } = said(asked)
  const words = checked(MergeForm, filled(body))
  await mergeProblem(store, id, { into: words.into.trim(), note: words.note ?? null }, by)
  return answer
}

export async function partProblemByForm(
  asked: AskedPage,
  _body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  const { id, by, answer } = said(asked)
  await partProblem(store, id, by)
  return answer
}

export async function linkProblemByForm(
  asked: AskedPage,
  body: unknown,
  services: Services,
): Promise<FormAnswer> {
  const { id, answer } = said(asked)
  await saveLink(services, { kind: 'problem', id }, checked(LinkForm, filled(body)), asked.who)
  return answer
}

export async function unlinkProblemByForm(
  asked: AskedPage,
  _body: unknown,
  { store }: Services,
): Promise<FormAnswer> {
  await removeLink(store, asked.params['link'] ?? '')
  return said(asked).answer
}
