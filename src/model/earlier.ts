import type { Switches } from './task.ts'

/** A task that waited, as a later snapshot of the same boot compares it with itself. */
export type EarlierTask = {
  readonly tid: number
  /** Ticks from boot to its start: tids are used again within one boot. */
  readonly startTicks: number
  readonly switches: Switches
  /** The plain symbols of its stack, innermost first, one a line; null when it was not readable. */
  readonly stack: string | null
  /** Seconds for which still earlier snapshots proved it to stand; 0 without. */
  readonly stoodSeconds: number
  /** When the first of them was taken, RFC 3339; null without. */
  readonly since: string | null
}

/** What is kept of a snapshot so that the next one of the same boot can be compared with it. */
export type Earlier = {
  /** RFC 3339; null when nothing told it. */
  readonly collectedAt: string | null
  readonly uptimeSeconds: number | null
  /** Only those that waited for something, or were on their way out. */
  readonly tasks: readonly EarlierTask[]
}
