import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './send.ts'

/** Answers that the same request may not get a second time. */
const PASSING = [408, 425, 429, 502, 503, 504]

/** Failures of the network that pass. */
const PASSING_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]

const FIRST_MS = 500
const LONGEST_MS = 30_000
/** A service that asks for more patience than this has to be asked by a person. */
const PATIENCE_MS = 300_000

export type Retry = {
  readonly attemptsMax: number
  /** Told before each pause. */
  readonly onPause: (why: string, pauseMs: number) => void
  readonly random: () => number
}

/**
 * Asks until the answer is final, pausing longer each time, by a random part of the pause: a fleet
 * that lost its service must not come back all at once.
 *
 * @throws {Error} the network's, when the last attempt failed too
 */
export async function withRetry(ask: () => Promise<Answer>, retry: Retry): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const { answer, error } = await attemptOnce(ask)
    const why = answer ? passingStatus(answer) : passingError(error)
    if (why === null || attempt >= retry.attemptsMax) {
      if (answer) return answer
      throw error
    }
    const pauseMs = pauseOf(attempt, answer?.retryAfterMs ?? null, retry.random())
    retry.onPause(why, pauseMs)
    await sleep(pauseMs)
  }
}

async function attemptOnce(
  ask: () => Promise<Answer>,
): Promise<{ readonly answer: Answer | null; readonly error: unknown }> {
  try {
    return { answer: await ask(), error: null }
  } catch (error) {
    return { answer: null, error }
  }
}

function passingStatus({ status, retryAfterMs }: Answer): string | null {
  if (retryAfterMs !== null && retryAfterMs > PATIENCE_MS) return null
  return PASSING.includes(status) ? `the service answered ${status}` : null
}

function passingError(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return PASSING_CODES.includes(code) ? `the network said ${code}` : null
}

/** What the service asks for, else twice as long each time; less up to a half, by chance. */
export function pauseOf(attempt: number, retryAfterMs: number | null, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1))
  const byChance = longest * (0.5 + random / 2)
  return Math.round(retryAfterMs === null ? byChance : retryAfterMs + random * FIRST_MS)
}
