import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { Caller, Labels, Role } from '../model/access.ts'
import type { IncidentItem, SnapshotItem } from '../model/incident.ts'
import { linksSeenBy } from '../model/link.ts'
import { Problem, type ProblemKind } from '../model/problem.ts'
import { type Limited, narrowed } from './limited.ts'
import type { Services } from './services.ts'
import type { Upload } from './upload.ts'

/** What one request says beside its input. */
export type Call = {
  /** Where the client reaches the service, without a slash at the end; makes addresses absolute. */
  readonly origin: string
  /** Name of the caller, for histories. */
  readonly who: string
  readonly caller: Caller
  /** What hosts must be labelled for the caller to see them; null: all are seen. */
  readonly labels: Labels | null
}

/** What a client sent, not yet checked; `open` begins to read the bundle, where it carries one. */
export type Asked = Call & { readonly input: unknown; readonly open: () => Promise<Upload> }

/** A text, the pieces of one, or the bytes of an archive, to send as they are. */
export type File = {
  readonly type: string
  readonly content: string | AsyncGenerator<string> | Readable
  /** Name to save it by; null: to be shown. */
  readonly saveAs: string | null
}

export type Answer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly file: File }

/** What a route's body may be. */
export type Takes = 'nothing' | 'json' | 'bundle' | 'bundle-or-text'

/** One way a route answers; `schema` is null where the answer is no JSON. */
export type AnswerShape = {
  readonly says: string
  readonly type: string
  readonly schema: z.ZodType | null
}

/** One endpoint: all that the router, the tests and the OpenAPI document need to know of it. */
export type Route = {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  readonly path: string
  readonly summary: string
  /** Least role that may ask (`nobody`: anyone may); absent: viewer for what is read, editor for what changes. */
  readonly needs?: Role | 'nobody'
  /** How it keeps to the labels that a caller is limited to; absent: such callers are refused. */
  readonly limited?: Limited
  readonly takes: Takes
  /** Path parameters, and query parameters or, where it takes JSON, the fields of its body. */
  readonly input: z.ZodObject
  readonly answers: Readonly<Record<number, AnswerShape>>
  readonly problems: readonly ProblemKind[]
  readonly answer: (asked: Asked, services: Services) => Promise<Answer>
}

type Described = Pick<Route, 'method' | 'path' | 'summary' | 'problems' | 'needs' | 'limited'>

type JsonDefinition<Input extends z.ZodObject, Output extends z.ZodType> = Described & {
  readonly takes?: 'json'
  /** 201 where it makes something; absent: 200. */
  readonly status?: 200 | 201
  readonly input: Input
  readonly output: Output
  readonly handle: (
    input: z.output<Input>,
    services: Services,
    call: Call,
  ) => Promise<z.input<Output>>
}

/** Makes a `Route` whose handler gets checked input, and is itself checked against `output`. */
export function route<Input extends z.ZodObject, Output extends z.ZodType>(
  definition: JsonDefinition<Input, Output>,
): Route {
  const { handle, output, takes = 'nothing', status = 200, ...shown } = definition
  return {
    ...shown,
    takes,
    answers: { [status]: jsonShape(definition.summary, output) },
    async answer(asked, services) {
      const input = inputFor(definition, asked)
      return { status, json: await handle(input, services, asked) }
    },
  }
}

type Outputs = Readonly<Record<number, { readonly says: string; readonly schema: z.ZodType }>>

type Reply<Shapes extends Outputs> = {
  [Status in keyof Shapes & number]: {
    readonly status: Status
    readonly json: z.input<Shapes[Status]['schema']>
  }
}[keyof Shapes & number]

/** One answer of an upload's handler, with its status kept as a literal type. */
export function reply<const Status extends number, Json>(status: Status, json: Json) {
  return { status, json }
}

type UploadDefinition<Input extends z.ZodObject, Shapes extends Outputs> = Described & {
  readonly takes: 'bundle' | 'bundle-or-text'
  readonly input: Input
  readonly outputs: Shapes
  readonly handle: (
    input: z.output<Input>,
    services: Services,
    call: Call & { readonly upload: Upload },
  ) => Promise<Reply<Shapes>>
}

/** A `Route` that takes a bundle, and answers by one of several statuses. */
export function uploadRoute<Input extends z.ZodObject, const Shapes extends Outputs>(
  definition: UploadDefinition<Input, Shapes>,
): Route {
  const { handle, outputs, ...shown } = definition
  const shapes = Object.entries(outputs).map(
    ([status, { says, schema }]) => [status, jsonShape(says, schema)] as const,
  )
  return {
    ...shown,
    answers: Object.fromEntries(shapes),
    async answer(asked, services) {
      const input = checked(definition.input, asked.input)
      return handle(input, services, { ...asked, upload: await asked.open() })
    },
  }
}

type FileDefinition<Input extends z.ZodObject> = Described & {
  readonly input: Input
  /** Content type of what is sent. */
  readonly type: string
  readonly handle: (input: z.output<Input>, services: Services, call: Call) => Promise<File>
}

/** A `Route` that answers a text or a file. */
export function fileRoute<Input extends z.ZodObject>(definition: FileDefinition<Input>): Route {
  const { handle, type, ...shown } = definition
  return {
    ...shown,
    takes: 'nothing',
    answers: { 200: { says: definition.summary, type, schema: null } },
    async answer(asked, services) {
      const input = inputFor(definition, asked)
      return { status: 200, file: await handle(input, services, asked) }
    },
  }
}

/** What was sent, checked; an incident filter narrowed to what the caller may see. */
function inputFor<Input extends z.ZodObject>(
  { input, limited }: { readonly input: Input; readonly limited?: Limited },
  asked: Asked,
): z.output<Input> {
  const given = checked(input, asked.input)
  return limited === 'filter' ? narrowed(given, asked.labels) : given
}

/**
 * What the schema makes of what was sent.
 * @throws {Problem} request-invalid, with one line for each thing that is wrong
 */
export function checked<Schema extends z.ZodType>(schema: Schema, given: unknown) {
  const read = schema.safeParse(given)
  if (read.success) return read.data
  const errors = read.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  )
  throw new Problem('request-invalid', { detail: errors.join('; '), errors })
}

/** The same value with its address made absolute. */
export function located<Item extends { readonly url: string }>(item: Item, origin: string): Item {
  return { ...item, url: absolute(item.url, origin) }
}

/** The same incident with its address made absolute, and the links that the caller may see. */
export function locatedIncident<Item extends Pick<IncidentItem, 'url' | 'links'>>(
  item: Item,
  { origin, labels }: Pick<Call, 'origin' | 'labels'>,
): Item {
  return { ...located(item, origin), links: linksSeenBy(labels, item.links) }
}

/** The same snapshot with its addresses as clients use them, that of its problem too. */
export function locatedSnapshot(snapshot: SnapshotItem, origin: string): SnapshotItem {
  const { problem } = snapshot
  const shown = problem && { ...problem, type: problemAddress(problem.type) }
  return { ...located(snapshot, origin), problem: shown }
}

/** Where a kind of problem is explained: the `type` of its documents. */
export function problemAddress(kind: string): string {
  return `/problems/${kind}`
}

export function absolute(path: string, origin: string): string {
  return path.startsWith('/') ? origin + path : path
}

function jsonShape(says: string, schema: z.ZodType): AnswerShape {
  return { says, type: 'application/json', schema }
}
