import type { CountRow } from '../../model/incident.ts'
import { Problem } from '../../model/problem.ts'
import { countIncidents } from '../../store/counts.ts'
import { listIncidents } from '../../store/incident-list.ts'
import type { Store } from '../../store/open.ts'
import { type SignatureRow, signaturePage, signaturesPage } from '../../web/pages/signatures.ts'
import type { Services } from '../services.ts'
import type { AskedPage } from './asked.ts'
import { severities, trendOf, UNRESOLVED } from './fleet.ts'

type Shown = SignatureRow['signature']

export async function showSignatures({ context }: AskedPage, { store, catalogue }: Services) {
  const rows = await rowsOf(store, catalogue.signatures)
  return signaturesPage(
    context,
    [...rows].sort(
      (one, other) =>
        other.open - one.open ||
        other.incidents - one.incidents ||
        one.signature.id.localeCompare(other.signature.id),
    ),
  )
}

async function rowsOf(
  store: Store,
  signatures: readonly Shown[],
): Promise<readonly SignatureRow[]> {
  const [ever, open] = await Promise.all([
    countIncidents(store, { by: ['signature'], filter: {}, interval: null }),
    countIncidents(store, { by: ['signature'], filter: UNRESOLVED, interval: null }),
  ])
  const find = (rows: readonly CountRow[], id: string) =>
    rows.find((row) => row['signature'] === id)
  return signatures.map((signature) => {
    const counted = find(ever, signature.id)
    return {
      signature,
      open: find(open, signature.id)?.incidents ?? 0,
      incidents: counted?.incidents ?? 0,
      hosts: counted?.hosts ?? 0,
      lastSeen: counted?.lastSeen ?? null,
    }
  })
}

const NEWEST_SHOWN = 8
const KERNELS_SHOWN = 10

export async function showSignature({ context, params }: AskedPage, services: Services) {
  const { store, catalogue } = services
  const id = params['id'] ?? ''
  const signature = catalogue.signatures.find((each) => each.id === id)
  if (!signature) throw new Problem('signature-unknown', { id: id.slice(0, 100) })
  const filter = { signature: [id] }
  const [rows, kernels, days, newest] = await Promise.all([
    rowsOf(store, [signature]),
    countIncidents(store, { by: ['kernel'], filter, interval: null }),
    countIncidents(store, { by: ['signature'], filter: {}, interval: 'day' }),
    listIncidents(store, { ...filter, limit: NEWEST_SHOWN }),
  ])
  const named = (row: CountRow): CountRow => ({ ...row, severity: signature.severity })
  return signaturePage(context, {
    signature,
    row: rows[0] ?? { signature, open: 0, incidents: 0, hosts: 0, lastSeen: null },
    byKernel: kernels.slice(0, KERNELS_SHOWN).map((row) => ({
      kernel: String(row['kernel'] ?? 'unknown'),
      counts: severities([named(row)]),
    })),
    trend: trendOf(days.filter((row) => row['signature'] === id).map(named), context.now),
    newest: newest.items,
  })
}
