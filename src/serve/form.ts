import type { Readable } from 'node:stream'
import type { Request, Response } from 'express'
import multer, { MulterError, type StorageEngine } from 'multer'
import { Problem } from '../model/problem.ts'
import { withLabels } from './labels.ts'
import type { UploadLimits } from './upload.ts'
import { plainName } from './upload-fields.ts'

/** A multipart form whose file is read as it comes. */
export type Form = {
  readonly fileName: string
  readonly contentType: string | undefined
  /** The file; ends when the whole form has been read, throws where the form is torn. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** The text fields that have come so far. */
  readonly fields: () => Readonly<Record<string, unknown>>
}

/** Field of the form that holds the bundle, and for texts the one that may hold pasted text. */
const FILE_FIELD = 'bundle'
const TEXT_FIELD = 'text'

const FORM_LIMITS = {
  fields: 50,
  files: 1,
  parts: 60,
  fieldNameSize: 300,
  fieldNestingDepth: 1,
  fieldArrayIndexLimit: 0,
  headerPairs: 50,
  fieldSize: 64 * 1024,
}
/** A pasted text is held in memory; what is larger comes as a file. */
const TEXT_LIMITS = { ...FORM_LIMITS, fields: 8, fieldSize: 4 * 1024 * 1024 }

/**
 * Reads a form up to the beginning of its file.
 * @throws {Problem} bundle-field-missing, request-invalid
 */
export async function openForm(
  request: Request,
  response: Response,
  limits: UploadLimits,
): Promise<Form> {
  const opened = Promise.withResolvers<Form>()
  const ended = Promise.withResolvers<void>()
  // Nobody waits for the end of a form whose file was refused.
  ended.promise.catch(() => {})
  const storage: StorageEngine = {
    _handleFile(_request, file, done) {
      if (file.fieldname === FILE_FIELD) opened.resolve(formOf(request, file, done, ended.promise))
      else opened.reject(fieldMissing(request))
    },
    _removeFile: (_request, _file, done) => done(null),
  }
  const formLimits = limits.takesText ? TEXT_LIMITS : FORM_LIMITS
  const form = multer({ storage, limits: formLimits, defParamCharset: 'utf8' })
  form.any()(request, response, (error: unknown) => {
    const failed = error ? formProblem(error) : null
    if (failed) ended.reject(failed)
    else ended.resolve()
    const pasted = failed || !limits.takesText ? null : pastedForm(request)
    if (pasted) opened.resolve(pasted)
    else opened.reject(failed ?? fieldMissing(request))
  })
  return opened.promise
}

type Done = Parameters<StorageEngine['_handleFile']>[2]

function formOf(
  request: Request,
  file: Express.Multer.File,
  done: Done,
  formEnded: Promise<void>,
): Form {
  return {
    fileName: plainName(file.originalname),
    contentType: file.mimetype,
    bytes: fileBytes(file.stream, done, formEnded),
    fields: () => fieldsOf(request),
  }
}

async function* fileBytes(
  stream: Readable,
  done: Done,
  formEnded: Promise<void>,
): AsyncGenerator<Uint8Array> {
  let isDone = false
  const finish = () => {
    if (!isDone) done(null, {})
    isDone = true
  }
  try {
    yield* stream.iterator({ destroyOnReturn: false })
    finish()
    await formEnded
  } catch (error) {
    throw formProblem(error)
  } finally {
    // Where the reader stopped early the rest is let go, or the form would never end.
    stream.resume()
    finish()
  }
}

function fieldsOf(request: Request): Readonly<Record<string, unknown>> {
  const { [TEXT_FIELD]: _pasted, ...fields } = { ...request.body }
  return withLabels(fields)
}

function pastedForm(request: Request): Form | null {
  const text: unknown = request.body?.[TEXT_FIELD]
  if (typeof text !== 'string' || text.trim() === '') return null
  // Browsers end the lines of a form's text as mail does; it was not pasted so.
  const lines = text.replaceAll('\r\n', '\n')
  async function* bytes() {
    yield Buffer.from(lines)
  }
  return {
    fileName: '',
    contentType: 'text/plain',
    bytes: bytes(),
    fields: () => fieldsOf(request),
  }
}

function fieldMissing(request: Request): Problem {
  const fields = Object.keys(request.body ?? {})
  const asText = fields.includes(FILE_FIELD)
  const detail = asText
    ? 'The field `bundle` was sent as text; send it as a file, as `curl -F bundle=@FILE` does.'
    : 'Send the archive in a file field named `bundle`, as `curl -F bundle=@FILE` does.'
  return new Problem('bundle-field-missing', { detail, fields: fields.slice(0, 20) })
}

/** Multer's and busboy's errors in our words; what is none of theirs is handed on. */
function formProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error
  if (!(error instanceof MulterError)) {
    return FORM_ERRORS.test(error.message)
      ? new Problem('request-invalid', { detail: `The form is malformed: ${error.message}.` })
      : error
  }
  const field = error.field?.slice(0, 100) ?? null
  return new Problem('request-invalid', { detail: `The form is refused: ${error.message}.`, field })
}

/** Messages of busboy for bodies that are no multipart form. */
const FORM_ERRORS =
  /^(?:Multipart: |Malformed |Unexpected end of (?:form|file)|Unsupported content)/
