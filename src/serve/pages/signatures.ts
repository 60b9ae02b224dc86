import { entryOf } from '../../ingest/edit-signatures.ts'
import type { CatalogueEntry } from '../../model/catalogue.ts'
import type { CountRow } from '../../model/incident.ts'
import { countIncidents } from '../../store/counts.ts'
import { listIncidents } from '../../store/incident-list.ts'
import { type SignatureRow, signaturePage, signaturesPage } from '../../web/pages/signatures.ts'
import type { Services } from '../services.ts'
import { signatureFigures } from '../signature-figures.ts'
import type { AskedPage } from './asked.ts'
import { severities, trendOf } from './fleet.ts'

export async function showSignatures({ context }: AskedPage, { store, ingest }: Services) {
  const figuresOf = await signatureFigures(store)
  const rows = [...ingest.catalogue.entries.values()].map((entry) => rowOf(entry, figuresOf))
  return signaturesPage(
    context,
    rows.sort(
      (one, other) =>
        other.open - one.open ||
        other.incidents - one.incidents ||
        one.signature.id.localeCompare(other.signature.id),
    ),
  )
}

function rowOf(
  entry: CatalogueEntry,
  figuresOf: Awaited<ReturnType<typeof signatureFigures>>,
): SignatureRow {
  const { signature } = entry
  return { signature, ...figuresOf(signature.id) }
}

const NEWEST_SHOWN = 8
const KERNELS_SHOWN = 10

export async function showSignature({ context, params }: AskedPage, services: Services) {
  const { store, ingest } = services
  const id = params['id'] ?? ''
  const entry = entryOf(ingest.catalogue, id)
  const { signature } = entry
  const filter = { signature: [id] }
  const [figuresOf, kernels, days, newest] = await Promise.all([
    signatureFigures(store),
    countIncidents(store, { by: ['kernel'], filter, interval: null }),
    countIncidents(store, { by: ['signature'], filter: {}, interval: 'day' }),
    listIncidents(store, { ...filter, limit: NEWEST_SHOWN }),
  ])
  const named = (row: CountRow): CountRow => ({ ...row, severity: signature.severity })
  return signaturePage(context, {
    signature,
    row: rowOf(entry, figuresOf),
    byKernel: kernels.slice(0, KERNELS_SHOWN).map((row) => ({
      kernel: String(row['kernel'] ?? 'unknown'),
      counts: severities([named(row)]),
    })),
    trend: trendOf(days.filter((row) => row['signature'] === id).map(named), context.now),
    newest: newest.items,
  })
}
