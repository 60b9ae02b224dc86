import { readFileSync } from 'node:fs'
import { parseSignature } from '../../diagnose/match/catalogue.ts'
import { faultLine } from '../catalogue.ts'
import { type Arguments, InputError, type Terminal, UsageError } from '../command.ts'
import { follow } from '../history/follow.ts'
import { openJobs } from '../history/jobs.ts'
import { tell, tellLeft } from '../history/told.ts'
import { wantedOf } from '../history/wanted.ts'
import { visible } from '../paint.ts'

/** A dry run of one signature over stored snapshots. */
export async function tryOne(given: Arguments, terminal: Terminal): Promise<number> {
  const [path, ...rest] = given.paths
  if (path === undefined || rest.length > 0) throw new UsageError('try takes one FILE')
  const yaml = readFileSync(path === '-' ? 0 : path, 'utf8')
  const { value, faults } = parseSignature(yaml, path)
  if (value === null) throw new InputError(faults.map(faultLine).map(visible).join('\n'))
  const wanted = wantedOf(given, yaml)
  const jobs = await openJobs(given)
  try {
    const asked = await jobs.ask('try', wanted)
    const work = await follow(asked, jobs, terminal)
    if (work === null) return tellLeft(asked, jobs, terminal)
    const head = visible(`${value.id} tried, nothing written`)
    return tell(work, { json: given.given.has('json'), terminal, head })
  } finally {
    await jobs.close()
  }
}
