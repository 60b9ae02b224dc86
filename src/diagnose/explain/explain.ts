import type {
  Advice,
  DiagnosedIncident,
  GraphNode,
  IncidentTask,
  Severity,
  Step,
  WaitGraph,
} from '../../model/diagnosis.ts'
import type { Catalogue, Signature } from '../../model/signature.ts'
import { type Graph, hasCycle, nodeOf, reachable } from '../graph/graph.ts'
import type { Cause } from '../match/group.ts'
import { type Asked, isTrue, type Match } from '../match/match.ts'
import type { Actor } from '../situation/actor.ts'
import type { Situation } from '../situation/situation.ts'
import { fingerprintOf } from '../waits/fingerprint.ts'
import { beforePanic, isVoid } from './before-panic.ts'
import { evidenceOf } from './evidence.ts'
import { adviseKernel } from './kernel-advice.ts'
import { nearMissesOf } from './near-misses.ts'
import { sinceOf } from './since.ts'
import { fill, fillAll, fillCommands } from './words.ts'

/** A cause in words, with its proof and its remedy. */
export function explain(
  cause: Cause,
  situation: Situation,
  graph: Graph,
  catalogue: Catalogue,
): DiagnosedIncident {
  const { match, absorbed, victims } = cause
  const { signature } = match
  const asked: Asked = { draft: match, victims, situation, graph }
  const told: DiagnosedIncident = {
    signature: signature.id,
    signatureVersion: signature.version,
    verdict: match.verdict,
    severity: severityOf(asked, match),
    title: titleOf(asked, match),
    summary: fillAll(signature.summary, cause, asked),
    subject: match.subject,
    fingerprint: fingerprintOfCause(cause),
    since: sinceOf(
      [match, ...absorbed].flatMap(({ anchors }) => anchors),
      situation.snapshot,
    ),
    tasks: tasksOf(cause),
    evidence: evidenceOf(cause, asked),
    missing: signature.missing
      .filter(({ unless }) => !isTrue(unless, asked))
      .map(({ says }) => fill(says, cause, asked)),
    graph: pictureOf(cause, graph),
    advice: adviceOf(signature, cause, asked, catalogue),
    ...nearMissesOfCause(cause, asked, catalogue),
  }
  return isVoid(asked) ? beforePanic(told) : told
}

/** What may be nothing wakes nobody: a slow teardown looks like the deadlock until it ends. */
const WHEN_POSSIBLE: Readonly<Record<Severity, Severity>> = {
  critical: 'medium',
  high: 'low',
  medium: 'low',
  low: 'low',
  info: 'info',
}

function severityOf(asked: Asked, { anchors, verdict, signature }: Match): Severity {
  if (anchors.every(({ kind }) => kind === 'history')) return 'info'
  const said = signature.variants.find(({ when, severity }) => severity && isTrue(when, asked))
  if (said?.severity) return said.severity
  return verdict === 'possible' ? WHEN_POSSIBLE[signature.severity] : signature.severity
}

/** A title claims no more than the verdict does. */
function titleOf(asked: Asked, { verdict, signature }: Match): string {
  const said = signature.variants.find((each) => each.title !== null && isTrue(each.when, asked))
  if (said?.title) return said.title
  return verdict === 'possible' ? `Possibly ${inSentence(signature.title)}` : signature.title
}

/** Words that may lose their capital; acronyms and names may not. */
const SMALL_WORDS = /^(?:An?|The|Cgroup|Memory|Network|Page|Tasks) /

function inSentence(title: string): string {
  return SMALL_WORDS.test(title) ? `${title.charAt(0).toLowerCase()}${title.slice(1)}` : title
}

/** What is known by no signature is told by those that came closest. */
function nearMissesOfCause(
  { match }: Cause,
  { situation, graph }: Asked,
  catalogue: Catalogue,
): Pick<DiagnosedIncident, 'nearMisses'> {
  const [first] = match.anchors
  if (match.signature.id !== 'unknown' || !first) return {}
  return { nearMisses: nearMissesOf(first, catalogue, situation, graph) }
}

/** The shape of its first anchor that has a stack; the signature itself for events without one. */
function fingerprintOfCause({ match }: Cause): string {
  const shown = match.anchors.find(
    ({ task }) => task.stack !== null && task.stack.frames.length > 0,
  )
  const stack = shown?.task.stack
  return stack ? fingerprintOf(stack, shown.wait) : `1:${match.signature.id}`
}

/** Each task once, in the first role it has; reports of one task are one task. */
function tasksOf({ match, alike, victims }: Cause): readonly IncidentTask[] {
  const told = new Map<string, IncidentTask>()
  const tell = (actor: Actor, role: string) => {
    const { tid, comm } = actor.task
    const identity = tid === null ? actor.key : `${tid} ${comm}`
    if (!told.has(identity)) told.set(identity, toIncidentTask(actor, role))
  }
  for (const [role, actors] of match.roles) for (const actor of actors) tell(actor, role)
  // The same finding about another subject has the same parts to give.
  for (const { roles } of alike) {
    for (const [role, actors] of roles) for (const actor of actors) tell(actor, role)
  }
  for (const actor of victims) tell(actor, 'victim')
  return [...told.values()]
}

function toIncidentTask({ task, wait }: Actor, role: string): IncidentTask {
  const { tgid, tid, comm, state } = task
  return { role, tgid, tid, comm, state, waitsOn: wait }
}

/** More nodes than this are no picture any more; the list of tasks has them all. */
const NODES_MAX = 120

function pictureOf(cause: Cause, graph: Graph): WaitGraph {
  const { match, absorbed, victims } = cause
  const actors = new Set(
    [...match.roles.values(), ...absorbed.map(({ anchors }) => anchors), victims].flat(),
  )
  const keys = [...actors].map(({ key }) => key)
  const shown = new Set(
    [
      ...keys,
      ...reachable(
        graph.out,
        match.anchors.map(({ key }) => key),
        'to',
      ),
    ].slice(0, NODES_MAX),
  )
  const nodes = new Map<string, GraphNode>()
  for (const actor of actors) if (shown.has(actor.key)) nodes.set(actor.key, nodeOf(actor))
  for (const id of shown) {
    const node = graph.nodes.get(id)
    if (node) nodes.set(id, node)
  }
  const edges = [...shown].flatMap((id) =>
    (graph.out.get(id) ?? []).filter(({ to }) => nodes.has(to)),
  )
  return { nodes: [...nodes.values()], edges, cycle: hasCycle(graph, shown) }
}

function adviceOf(
  signature: Signature,
  cause: Cause,
  asked: Asked,
  { kernels }: Catalogue,
): Advice {
  const record = signature.kernel === null ? undefined : kernels.get(signature.kernel)
  const steps = signature.steps
    .filter(({ when }) => when === null || isTrue(when, asked))
    .map(({ text, command }): Step => {
      const commands = command === null ? [] : (fillCommands(command, cause, asked) ?? [])
      const all = commands.length === 0 ? null : commands.join('\n')
      return { text: fill(text, cause, asked), command: all }
    })
  return { kernel: record ? adviseKernel(record, asked.situation.snapshot.kernel) : null, steps }
}
