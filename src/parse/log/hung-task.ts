import type { Report } from '../../model/report.ts'
import { type Groups, numberOf, type Scan, type Shape } from './shape.ts'

/** What khungtaskd says. Source: kernel/hung_task.c, check_hung_task() and debug_show_blocker(). */
export const HUNG_TASK: readonly Shape[] = [
  {
    name: 'hung task',
    wraps: true,
    starts: ['INFO: task '],
    example: 'INFO: task kworker/u2:3:152 blocked for more than 120 seconds.',
    shape:
      /^INFO: task (?<comm>.*):(?<tid>\d+) (?:is )?(?<how>blocked|can't die)(?: in I\/O wait)? for more than (?<seconds>\d+) *seconds/,
    read({ comm = '', tid, how, seconds }, scan) {
      scan.begin({
        kind: 'hung-task',
        title: scan.text,
        comm,
        tid: numberOf(tid),
        seconds: numberOf(seconds),
        // Nothing but uninterruptible sleep is reported so; `can't die` is also said of others.
        state: how === 'blocked' ? 'D' : null,
      })
      return true
    },
  },
  {
    name: 'likely owner of the lock',
    wraps: true,
    starts: ['INFO: task '],
    example:
      'INFO: task reader:1 <reader> blocked on an rw-semaphore likely owned by task writer:2 <writer>',
    shape:
      /^INFO: task (?<comm>.*):(?<tid>\d+)(?: <(?:reader|writer)>)?(?: is)? blocked on an? (?<lock>mutex|semaphore|rw-semaphore)(?:,? likely (?:last )?(?:owned|held) by task (?<owner>.*):(?<ownerTid>\d+)(?: <(?<mode>reader|writer)>)?)/,
    read: readOwner,
  },
  {
    name: 'lock without an owner',
    starts: ['INFO: task '],
    example: 'INFO: task a:1 is blocked on a mutex, but the owner is not found.',
    shape: /^INFO: task .*:\d+.* blocked on an? (?:mutex|semaphore|rw-semaphore)/,
    read: () => true,
  },
]

const LOCKS: Readonly<Record<string, NonNullable<Report['owner']>['lock']>> = {
  mutex: 'mutex',
  semaphore: 'semaphore',
  'rw-semaphore': 'rw-semaphore',
  'rw-semaphore reader': 'rw-semaphore-reader',
  'rw-semaphore writer': 'rw-semaphore-writer',
}

function readOwner({ tid, lock, owner = '', ownerTid, mode }: Groups, scan: Scan): boolean {
  scan.owner(Number(tid), {
    comm: owner,
    tid: Number(ownerTid),
    lock: LOCKS[`${lock}${mode ? ` ${mode}` : ''}`] ?? 'rw-semaphore',
    place: { file: scan.file, line: scan.line },
    text: scan.text,
  })
  scan.closeStack()
  return true
}
