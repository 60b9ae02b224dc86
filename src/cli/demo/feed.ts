import { join } from 'node:path'
import { bundleOf, type Capture, readCapture } from './capture.ts'
import type { Act, FleetPlan, PlannedSnapshot } from './fleet.ts'

const SAMPLES = join(import.meta.dirname, '../../../samples')

/** Uploads under way at one time: some wait on the wire while one is diagnosed. */
const LANES = 6

const WAIT_SECONDS = 60

/**
 * Sends all that a plan holds to a service, as hosts would, and does what people did.
 *
 * @throws {Error} when the service refuses anything
 */
export async function feedFleet(
  url: string,
  plan: FleetPlan,
  tell: (sent: number) => void,
): Promise<void> {
  const captures = new Captures()
  /** Those that the last snapshot of each host showed, by the host's name. */
  const incidents = new Map<string, readonly string[]>()
  let sent = 0
  // A lane keeps the snapshots of its hosts in their order.
  const lanes = Array.from({ length: LANES }, (_, lane) => {
    const own = new Set(plan.hosts.filter((_host, index) => index % LANES === lane))
    return plan.snapshots.filter(({ host }) => own.has(host))
  })
  const runLane = async (lane: readonly PlannedSnapshot[]) => {
    for (const snapshot of lane) {
      const bytes = bundleOf(await captures.of(snapshot.base), snapshot)
      incidents.set(snapshot.host.name, await upload(url, bytes))
      sent += 1
      tell(sent)
    }
  }
  await Promise.all(lanes.map(runLane))
  for (const { host, act } of plan.troubles) {
    const [id] = incidents.get(host.name) ?? []
    if (act !== null && id !== undefined) await doAct(url, id, act)
  }
}

/** Each capture is unpacked once. */
class Captures {
  readonly #read = new Map<string, Promise<Capture>>()

  of(base: string): Promise<Capture> {
    const known = this.#read.get(base) ?? readCapture(join(SAMPLES, base))
    this.#read.set(base, known)
    return known
  }
}

/** Gives the incidents that the snapshot shows. */
async function upload(url: string, body: Buffer): Promise<readonly string[]> {
  const answer = await call(`${url}/api/v1/snapshots?wait=${WAIT_SECONDS}`, {
    method: 'POST',
    headers: { 'content-type': 'application/gzip' },
    body: new Uint8Array(body),
  })
  const { incidents } = answer
  return Array.isArray(incidents) ? incidents.map(String) : []
}

async function doAct(url: string, id: string, { state, note, ticket }: Act): Promise<void> {
  const incident = `${url}/api/v1/incidents/${encodeURIComponent(id)}`
  const said = state === null ? { note } : { state, note }
  await call(incident, { method: 'PATCH', ...json(said) })
  if (ticket !== null) {
    const link = { url: `https://tickets.example.net/browse/${ticket}` }
    await call(`${incident}/links`, { method: 'POST', ...json(link) })
  }
}

function json(value: unknown): RequestInit {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

async function call(url: string, init: RequestInit): Promise<Record<string, unknown>> {
  const answer = await fetch(url, init)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the service answered ${answer.status}: ${text.slice(0, 300)}`)
  const body: unknown = JSON.parse(text)
  return typeof body === 'object' && body !== null ? { ...body } : {}
}
