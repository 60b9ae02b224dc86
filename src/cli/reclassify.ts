import type { Work, WorkInput } from '../model/work.ts'
import { SIGNATURES_OPTION } from './catalogue.ts'
import { type Arguments, type Command, type Terminal, UsageError } from './command.ts'
import { follow, readText } from './history/follow.ts'
import { HISTORY_ENVIRONMENT, HISTORY_OPTIONS, type Jobs, openJobs } from './history/jobs.ts'
import { tell, tellLeft } from './history/told.ts'
import { WANTED_OPTIONS, wantedOf } from './history/wanted.ts'

export const reclassify: Command = {
  usage: ['hangar reclassify [--signature ID] [--since TIME] [--server URL]'],
  about: [
    'Applies the present signatures to all stored snapshots: incidents are found, lost and changed as if every bundle had been uploaded with them. What people wrote, tickets and addresses stay; an incident that nothing shows any more is withdrawn, and comes back as it was should it be shown again.',
    'It may be stopped at any time, and goes on where it was the next time. On the data folder of a service that does not run it works itself; of one that runs, say --server: there it lets fresh bundles go first, and goes on without this command.',
    'Progress is shown on a terminal only.',
  ],
  options: [
    { name: 'signature', value: 'ID', help: 'only where incidents of this signature change' },
    { name: 'fingerprint', value: 'F', help: 'only where incidents of this shape change' },
    ...WANTED_OPTIONS,
    { name: 'json', value: null, help: 'the job as JSON, when it has ended' },
    ...HISTORY_OPTIONS,
    SIGNATURES_OPTION,
  ],
  exits: [
    [0, 'all of it is read again'],
    [1, 'stopped, paused, cancelled or failed on the way; what was written stays'],
    [2, 'the command line, the folder or the service cannot be used'],
  ],
  environment: HISTORY_ENVIRONMENT,
  examples: [
    ['hangar reclassify --data /var/lib/hangar', 'with the service stopped'],
    ['hangar reclassify --server http://hangar:7070 --token-file ~/.hangar', 'while it runs'],
    ['hangar reclassify --signature my-driver-stuck', 'after writing a signature'],
  ],
  run: runReclassify,
}

async function runReclassify(given: Arguments, terminal: Terminal): Promise<number> {
  if (given.paths.length > 0) {
    throw new UsageError(`reclassify takes no ${given.paths.join(' ')}`)
  }
  const wanted = wantedOf(given, null)
  const jobs = await openJobs(given)
  try {
    const asked = await begin(wanted, jobs, terminal)
    const work = await follow(asked, jobs, terminal)
    if (work === null) return tellLeft(asked, jobs, terminal)
    return tell(work, { json: given.given.has('json'), terminal, head: 'read again' })
  } finally {
    await jobs.close()
  }
}

/** The same that was asked for before and has not ended is gone on with. */
async function begin(wanted: WorkInput, jobs: Jobs, terminal: Terminal): Promise<Work> {
  const left = (await jobs.newest()).find((work) => isUnfinished(work, wanted))
  if (!left) return jobs.ask('reclassify', wanted)
  terminal.err(`going on with job ${left.id}: ${readText(left.progress)}\n`)
  return jobs.resume(left.id)
}

function isUnfinished({ kind, state, input }: Work, wanted: WorkInput): boolean {
  const isOpen = state === 'queued' || state === 'running' || state === 'paused'
  const same = (name: keyof WorkInput) => input[name] === wanted[name]
  return kind === 'reclassify' && isOpen && FILTERS.every(same)
}

const FILTERS = ['limit', 'since', 'host', 'signature', 'fingerprint'] as const
