import { z } from 'zod'
import type * as model from '../model/diagnosis.ts'
import { SEVERITIES, SUBJECT_KINDS, VERDICTS } from '../model/diagnosis.ts'
import type * as frame from '../model/frame.ts'
import type * as parsed from '../model/parsed.ts'
import { EVENTS } from '../model/report.ts'
import type * as snapshot from '../model/snapshot.ts'
import { TASK_STATES } from '../model/task.ts'
import type * as wait from '../model/wait.ts'
import { WAIT_CLASSES, WAIT_CONTEXTS } from '../model/wait.ts'
import { exactly } from './exactly.ts'

// What the API answers: one schema for each public noun, held to the model's type by `exactly`.
// The documents, the tests of real answers and the types of handlers all read these.

export const text = z.string()
export const wholeNumber = z.int()
export const flag = z.boolean()
export const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly()
export const labels = z
  .record(z.string(), z.string())
  .readonly()
  .meta({ description: 'Labels of the host', example: { rack: 'r12' } })
export const instant = z
  .string()
  .meta({ format: 'date-time', description: 'RFC 3339, UTC', example: '2026-11-23T12:00:00Z' })

export const Place = exactly<parsed.Place>()(
  z
    .object({ file: text, line: wholeNumber })
    .readonly()
    .meta({ id: 'Place', description: 'A place in a file of the bundle; lines count from 1' }),
)

export const Fault = exactly<parsed.Fault>()(
  z
    .object({
      file: text,
      line: wholeNumber,
      column: wholeNumber.exactOptional(),
      expected: text,
      found: text,
    })
    .readonly()
    .meta({ id: 'Fault', description: 'A place in the input that is not as its format has it' }),
)

export const Frame = exactly<frame.Frame>()(
  z
    .object({
      symbol: text,
      offset: wholeNumber.nullable(),
      size: wholeNumber.nullable(),
      module: text.nullable(),
      reliable: flag,
    })
    .readonly()
    .meta({ id: 'Frame', description: 'One return address of a kernel stack' }),
)

export const Wait = exactly<wait.Wait>()(
  z
    .object({
      class: z.enum(WAIT_CLASSES),
      function: text.meta({ description: 'The function that says what is waited for' }),
      primitive: text.meta({ description: 'The innermost frame below the scheduler' }),
      context: z.enum(WAIT_CONTEXTS),
      blocked: flag.meta({ description: 'False for idle waits' }),
    })
    .readonly()
    .meta({ id: 'Wait', description: 'What a task waits for' }),
)

const taskState = z.enum(TASK_STATES).nullable()
const taskId = wholeNumber.nullable()

export const DiagnosedTask = exactly<model.DiagnosedTask>()(
  z
    .object({
      tgid: taskId,
      tid: taskId,
      comm: text.nullable(),
      state: taskState,
      exiting: flag,
      pendingSignals: list(wholeNumber),
      nsPids: list(wholeNumber),
      pidNamespace: text.nullable(),
      stack: list(Frame),
      waitsOn: Wait.nullable(),
      event: z.enum(EVENTS).exactOptional(),
      fingerprint: text.nullable(),
      blockedSeconds: z.number().exactOptional(),
      from: Place,
    })
    .readonly()
    .meta({ id: 'Task', description: 'A task of the input, and what it waits for' }),
)

export const IncidentTask = exactly<model.IncidentTask>()(
  z
    .object({
      role: text.meta({ example: 'culprit' }),
      tgid: taskId,
      tid: taskId,
      comm: text.nullable(),
      state: taskState,
      waitsOn: Wait.nullable(),
    })
    .readonly()
    .meta({ id: 'IncidentTask', description: 'The part a task has in an incident' }),
)

export const Subject = exactly<model.Subject>()(
  z
    .object({ kind: z.enum(SUBJECT_KINDS), id: text })
    .readonly()
    .meta({ id: 'Subject', description: 'What an incident is about' }),
)

export const Evidence = exactly<model.Evidence>()(
  z
    .object({ file: text, line: wholeNumber, text, says: text })
    .readonly()
    .meta({ id: 'Evidence', description: 'One line of the input and what it proves' }),
)

const GraphNode = exactly<model.GraphNode>()(
  z.object({ id: text, kind: text, label: text }).readonly(),
)
const GraphEdge = exactly<model.GraphEdge>()(
  z.object({ from: text, to: text, kind: text, evidence: text }).readonly(),
)
export const WaitGraph = exactly<model.WaitGraph>()(
  z
    .object({ nodes: list(GraphNode), edges: list(GraphEdge), cycle: flag })
    .readonly()
    .meta({ id: 'WaitGraph', description: 'Who waits for whom' }),
)

const KernelAdvice = exactly<model.KernelAdvice>()(
  z.object({ affected: flag.nullable(), why: text, fixedIn: text.nullable() }).readonly(),
)
const Step = exactly<model.Step>()(z.object({ text, command: text.nullable() }).readonly())
export const Advice = exactly<model.Advice>()(
  z
    .object({ kernel: KernelAdvice.nullable(), steps: list(Step) })
    .readonly()
    .meta({ id: 'Advice', description: 'What to run, and which kernels have the bug' }),
)

/** The fields that a finding has in a diagnosis and in the store alike. */
export const finding = {
  signature: text.meta({ example: 'fuse-flush-deadlock' }),
  signatureVersion: wholeNumber,
  verdict: z.enum(VERDICTS),
  severity: z.enum(SEVERITIES),
  title: text,
  summary: text,
  subject: Subject,
  fingerprint: text.meta({ description: 'Identity of the waiting shape, equal across hosts' }),
  since: instant
    .nullable()
    .meta({ description: 'Earliest instant the input proves it stuck; null where it does not' }),
}

/** The fields of a finding that lists leave out. */
export const findingDetails = {
  tasks: list(IncidentTask),
  evidence: list(Evidence),
  missing: list(text).meta({ description: 'What would raise or lower the verdict' }),
  graph: WaitGraph,
  advice: Advice,
}

const NearMiss = exactly<model.NearMiss>()(
  z
    .object({
      signature: text,
      held: wholeNumber.meta({ description: 'Conditions of its first role that held' }),
      failed: list(text).meta({ description: 'Those that did not' }),
    })
    .readonly(),
)

export const DiagnosedIncident = exactly<model.DiagnosedIncident>()(
  z
    .object({ ...finding, ...findingDetails, nearMisses: list(NearMiss).exactOptional() })
    .readonly()
    .meta({ id: 'DiagnosedIncident', description: 'One finding about one cause' }),
)

export const Counts = exactly<model.Counts>()(
  z
    .object({
      threadGroups: wholeNumber,
      tasks: wholeNumber,
      blocked: wholeNumber,
      zombies: wholeNumber,
      distinctStacks: wholeNumber,
    })
    .readonly()
    .meta({ id: 'Counts' }),
)

const Host = exactly<snapshot.Host>()(
  z
    .object({
      name: text.nullable(),
      machineId: text.nullable(),
      bootId: text.nullable(),
      labels,
    })
    .readonly(),
)
const Kernel = exactly<snapshot.Kernel>()(
  z.object({ release: text.nullable(), version: text.nullable() }).readonly(),
)
const Skipped = exactly<snapshot.Skipped>()(
  z.object({ unknown: wholeNumber, unsafe: wholeNumber, empty: wholeNumber }).readonly(),
)

export const Diagnosis = exactly<model.Diagnosis>()(
  z
    .object({
      snapshot: z
        .object({
          sha256: text.nullable(),
          source: z.enum(['bundle', 'sosreport', 'folder', 'text']),
          host: Host,
          kernel: Kernel,
          collectedAt: instant.nullable(),
          uptimeSeconds: z.number().nullable(),
          counts: Counts,
          skipped: Skipped,
          unreadable: list(z.object({ path: text, why: text }).readonly()),
        })
        .readonly(),
      incidents: list(DiagnosedIncident),
      tasks: list(DiagnosedTask),
      faults: list(Fault),
    })
    .readonly()
    .meta({ id: 'Diagnosis', description: 'The whole answer to one bundle or text' }),
)
