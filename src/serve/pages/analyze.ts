import type { Request, Response } from 'express'
import { PROBLEMS, Problem } from '../../model/problem.ts'
import type { PageContext } from '../../web/layout.ts'
import { analyzedPage, analyzePage } from '../../web/pages/analyze.ts'
import { adviceOn } from '../../web/pages/problem.ts'
import type { Gate } from '../gate.ts'
import type { Services } from '../services.ts'
import { openUpload } from '../upload.ts'
import type { AskedPage } from './asked.ts'

export async function showAnalyze({ context }: AskedPage): Promise<string> {
  return analyzePage(context)
}

type Asked = {
  readonly request: Request
  readonly response: Response
  readonly context: PageContext
}

/** Silence of the browser after which its form is given up. */
const IDLE_MS = 60_000
/** The same bounds as uploads by the API have. */
const SLOWEST_BYTES_PER_SECOND = 512
const SLOW_AFTER_MS = 60_000

/** Diagnoses what the form holds, as it comes; input of no use leads back to the form. */
export async function analyzeForm(
  { request, response, context }: Asked,
  { ingest, config }: Services,
  gate: Gate,
): Promise<{ readonly status: number; readonly page: string }> {
  const leave = gate.enter()
  request.setTimeout(IDLE_MS, () => request.destroy())
  try {
    const { bytes, given, isText } = await openUpload(
      request,
      response,
      {},
      {
        bytesMax: config.bundleBytesMax,
        takesText: true,
        slowestBytesPerSecond: SLOWEST_BYTES_PER_SECOND,
        slowAfterMs: SLOW_AFTER_MS,
        whenRead: () => request.setTimeout(0),
      },
    )
    const diagnosis = await ingest.analyze(bytes, given, { isText, allTasks: isText })
    return { status: 200, page: analyzedPage(context, diagnosis, given.name || 'pasted text') }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { status: PROBLEMS[error.kind].status, page: refusal(context, error) }
  } finally {
    leave()
  }
}

function refusal(context: PageContext, { kind, facts }: Problem): string {
  if (kind === 'bundle-field-missing') {
    return analyzePage(context, {
      title: 'There is nothing to diagnose',
      says: ['Paste a text, or choose a file.'],
    })
  }
  const detail = typeof facts['detail'] === 'string' ? facts['detail'] : null
  const says = [detail, adviceOn(kind)].filter((line) => line !== null)
  return analyzePage(context, { title: PROBLEMS[kind].title, says })
}
