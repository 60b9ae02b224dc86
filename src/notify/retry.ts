import type { Delivery } from '../model/webhook.ts'
import type { Outcome } from './post.ts'

const SECOND_MS = 1000
const HOUR_MS = 3600 * SECOND_MS

const FIRST_WAIT_MS = 5 * SECOND_MS
const LONGEST_WAIT_MS = HOUR_MS / 2
/** A receiver that is away is waited for so long. */
export const GIVE_UP_MS = 24 * HOUR_MS
/** One that says what it was sent is wrong holds up what comes after no longer than this. */
const GIVE_UP_REFUSED_MS = HOUR_MS

/** Refusals by status that are over by themselves. */
const PASSING: readonly number[] = [408, 425, 429]

/** What follows from an attempt. */
export type Verdict = {
  readonly status: Delivery['status']
  readonly waitMs: number
  /** Why the webhook takes no more; null where it does. */
  readonly disables: string | null
}

/**
 * Decides on a delivery after an attempt; `random` from 0 to 1 spreads the next ones, so that
 * receivers that come back are not met by everybody at once.
 */
export function verdictOn(
  outcome: Outcome,
  { attempts, ageMs, random }: { attempts: number; ageMs: number; random: number },
): Verdict {
  const { answer, error, retryAfterMs } = outcome
  if (error === null) return { status: 'delivered', waitMs: 0, disables: null }
  if (answer === 410) {
    return {
      status: 'failed',
      waitMs: 0,
      disables: 'the receiver answered 410: it is gone for good',
    }
  }
  const isRefused = answer !== null && answer >= 400 && answer < 500 && !PASSING.includes(answer)
  const waitMs = Math.max(waitOf(attempts, random), Math.min(retryAfterMs ?? 0, HOUR_MS))
  const isLate = ageMs + waitMs > (isRefused ? GIVE_UP_REFUSED_MS : GIVE_UP_MS)
  return { status: isLate ? 'failed' : 'waiting', waitMs: isLate ? 0 : waitMs, disables: null }
}

/** Doubles from attempt to attempt, of which half to all is waited. */
function waitOf(attempts: number, random: number): number {
  const whole = Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempts, 20), LONGEST_WAIT_MS)
  return Math.round(whole * (0.5 + random / 2))
}
