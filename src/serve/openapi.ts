import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiContentObject,
  type ZodOpenApiOperationObject,
} from 'zod-openapi'
import { PROBLEMS, type ProblemKind } from '../model/problem.ts'
import type { AnswerShape, Route, Takes } from './route.ts'
import { API_PREFIX, API_ROUTES, PLAIN_ROUTES, roleFor } from './router.ts'
import { labelValues } from './schemas-query.ts'
import { ProblemDocument } from './schemas-stored.ts'
import { BUNDLE_TYPES } from './upload.ts'
import { uploadFields } from './upload-fields.ts'

const INFO = {
  title: 'Hangar',
  version: '1',
  description:
    'Takes bundles of hung hosts in and answers what hangs them. Lists answer ' +
    '`{ items, next, total }`; `next` is the cursor of the next page. Failures answer RFC 9457 ' +
    'problem documents, whose `type` is the address of a page that explains them.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
}

const BEARER = {
  type: 'http',
  scheme: 'bearer',
  description:
    'An access token, made by `hangar token create`. While none exists, the service asks nobody ' +
    'for one, and does all but what needs an admin.',
} as const

let made: ReturnType<typeof createDocument> | null = null

/** The OpenAPI document of all routes; made when it is first asked for. */
export function openApiDocument(): ReturnType<typeof createDocument> {
  made ??= createDocument(
    {
      openapi: '3.1.0',
      info: INFO,
      servers: [{ url: '/' }],
      components: { securitySchemes: { token: BEARER } },
      paths: { ...pathsOf('', PLAIN_ROUTES), ...pathsOf(API_PREFIX, API_ROUTES) },
    },
    { override: ({ jsonSchema, io }) => plain(jsonSchema, io) },
  )
  return made
}

/**
 * Types are read-only for whoever holds a value; that says nothing to a client. And what is answered
 * may gain fields: a client must not be made to refuse them.
 */
function plain(jsonSchema: Record<string, unknown>, io: 'input' | 'output'): void {
  delete jsonSchema['readOnly']
  if (io === 'output' && jsonSchema['additionalProperties'] === false) {
    delete jsonSchema['additionalProperties']
  }
}

function pathsOf(prefix: string, routes: readonly Route[]) {
  const paths: Record<string, Partial<Record<Route['method'], ZodOpenApiOperationObject>>> = {}
  for (const route of routes) {
    const path = prefix + route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operationOf(route) }
  }
  return paths
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { summary, input, takes, method, path } = route
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const pathPart = pick(input, (name) => inPath.includes(name))
  const rest = pick(input, (name) => !inPath.includes(name))
  const body = bodyOf(takes, rest)
  return {
    operationId: operationIdOf(method, path),
    tags: [path.split(/\W/)[1] ?? ''],
    summary,
    ...accessOf(route),
    requestParams: { path: pathPart, ...(takes === 'json' ? {} : { query: queryOf(takes, rest) }) },
    ...(body ? { requestBody: { required: true, content: body } } : {}),
    responses: {
      ...answersOf(route.answers),
      ...problemsOf([...route.problems, ...refusalsOf(route)]),
    },
  }
}

/** Who may ask. */
function accessOf(route: Route): Pick<ZodOpenApiOperationObject, 'description' | 'security'> {
  const role = roleFor(route)
  if (role === 'nobody') return { security: [] }
  const limits = route.limited === undefined ? ' that is not limited to labels' : ''
  return {
    description: `Needs a token of the role \`${role}\` or above${limits}.`,
    security: [{ token: [] }],
  }
}

function refusalsOf(route: Route): readonly ProblemKind[] {
  if (roleFor(route) === 'nobody') return []
  const byLabels = route.limited === undefined ? (['labels-limited'] as const) : []
  return ['token-missing', 'token-invalid', 'role-insufficient', ...byLabels, 'attempts-too-many']
}

/** `GET /snapshots/:id/tasks` is `getSnapshotsIdTasks`. */
function operationIdOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '')
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

function pick(input: z.ZodObject, isWanted: (name: string) => boolean): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(Object.entries(input.shape).filter(([name]) => isWanted(name))),
  )
}

/** A filter by labels is asked for by one parameter for each label. */
function queryOf(takes: Takes, query: z.ZodObject): z.ZodObject {
  if (takes !== 'nothing' || !Object.hasOwn(query.shape, 'labels')) return query
  const others = pick(query, (name) => name !== 'labels')
  return z.strictObject({ ...others.shape, 'label.K': labelValues.exactOptional() })
}

const bytes = z.string().meta({ override: { format: 'binary' } })
const forms = {
  bundle: z.strictObject({ ...uploadFields, bundle: bytes }),
  'bundle-or-text': z.strictObject({
    ...uploadFields,
    bundle: bytes.exactOptional(),
    text: z.string().meta({ description: 'A pasted text, instead' }).exactOptional(),
  }),
}

function bodyOf(takes: Takes, fields: z.ZodObject): ZodOpenApiContentObject | null {
  if (takes === 'nothing') return null
  if (takes === 'json') return { 'application/json': { schema: fields } }
  return {
    'multipart/form-data': { schema: forms[takes] },
    ...Object.fromEntries(BUNDLE_TYPES.map((type) => [type, { schema: bytes }])),
    ...(takes === 'bundle-or-text' ? { 'text/plain': { schema: z.string() } } : {}),
  }
}

function answersOf(answers: Readonly<Record<number, AnswerShape>>) {
  const rows = Object.entries(answers).map(([status, { says, type, schema }]) => {
    const content = { [type]: { schema: schema ?? { type: 'string' as const } } }
    return [status, { description: says, content }] as const
  })
  return Object.fromEntries(rows)
}

/** One answer for each status; the kinds that share it stand in its description. */
function problemsOf(kinds: readonly ProblemKind[]) {
  const content = { 'application/problem+json': { schema: ProblemDocument } }
  const statuses = new Set(kinds.map((kind) => PROBLEMS[kind].status))
  const rows = [...statuses].map((status) => {
    const same = kinds.filter((kind) => PROBLEMS[kind].status === status)
    const description = same.map((kind) => `\`${kind}\`: ${PROBLEMS[kind].title}`).join('. ')
    return [String(status), { description: `${description}.`, content }] as const
  })
  return Object.fromEntries(rows)
}
