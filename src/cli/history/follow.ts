import { setTimeout as sleep } from 'node:timers/promises'
import type { Work, WorkProgress } from '../../model/work.ts'
import { Unreachable } from '../ask-service.ts'
import type { Terminal } from '../command.ts'
import { duration } from '../report/words.ts'
import { untilSignal } from '../service-options.ts'
import type { Jobs } from './jobs.ts'

const POLL_MS = 250
/** A restart of the service is waited for. */
const AWAY_MAX = 60
const AWAY_MS = 2_000
const BAR = 24

/** Waits for a job until it ends or is paused, drawing its progress; null when a signal came first. */
export async function follow(first: Work, jobs: Jobs, terminal: Terminal): Promise<Work | null> {
  const signal = untilSignal()
  const draw = (text: string) => {
    if (terminal.showsProgress) terminal.err(`\r\x1b[2K${text}`)
  }
  let work = first
  while (work.state === 'queued' || work.state === 'running') {
    draw(progressText(work))
    const isAsked = await Promise.race([signal, sleep(POLL_MS, null)])
    if (isAsked !== null) {
      draw('')
      return null
    }
    work = await foundAgain(work.id, jobs, draw)
  }
  draw('')
  return work
}

async function foundAgain(id: string, jobs: Jobs, draw: (text: string) => void): Promise<Work> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await jobs.find(id)
    } catch (error) {
      if (!(error instanceof Unreachable) || tries >= AWAY_MAX) throw error
      draw(`${error.message}; trying again`)
      await sleep(AWAY_MS)
    }
  }
}

function progressText({ state, progress, result }: Work): string {
  const { done, total, etaSeconds } = progress
  const part = total === 0 ? 1 : done / total
  const bar = '#'.repeat(Math.round(part * BAR)).padEnd(BAR, '.')
  const { gained, lost, changed } = result
  const found = `gained ${gained.incidents}, lost ${lost.incidents}, changed ${changed.incidents}`
  const left = etaSeconds === null ? '' : `  ${duration(etaSeconds)} left`
  if (state === 'queued') return 'waits for its turn'
  return `[${bar}] ${Math.floor(part * 100)} %  ${readText(progress)}  ${found}${left}`
}

/** `1200 of 5000 snapshots`. */
export function readText({ done, total }: WorkProgress): string {
  return `${done} of ${total} snapshots`
}
