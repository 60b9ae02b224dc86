import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { diagnose } from '../src/diagnose/diagnose.ts'
import { loadCatalogue } from '../src/ingest/load-catalogue.ts'
import { readBundle } from '../src/ingest/read-bundle.ts'
import type { DiagnosedIncident, Diagnosis, IncidentTask } from '../src/model/diagnosis.ts'

// The whole pipeline on real hosts. The expectation beside each bundle is short enough to be read:
// `npm run golden` writes it, and its diff is reviewed like code.

const catalogue = loadCatalogue()

for (const bundle of globSync('samples/bundle/*.tar.gz').sort()) {
  test(bundle, async (t) => {
    const snapshot = await readBundle(bundle, { name: basename(bundle) })
    const expectation = bundle.replace(/\.tar\.gz$/, '.expect.json')
    t.assert.fileSnapshot(compact(diagnose(snapshot, catalogue)), expectation, {
      serializers: [(value) => `${JSON.stringify(value, null, 2)}\n`],
    })
  })
}

function compact({ snapshot, incidents, faults }: Diagnosis) {
  const { host, kernel, collectedAt, counts, skipped, unreadable } = snapshot
  return {
    host: host.name,
    kernel: `${kernel.release} (${kernel.version})`,
    collectedAt,
    counts,
    skipped,
    unreadable: unreadable.map(({ path }) => path),
    incidents: incidents.map(compactIncident),
    faults: faults.map(({ file, line }) => `${file}:${line}`),
  }
}

function compactIncident(incident: DiagnosedIncident) {
  const { signature, verdict, severity, subject, since, summary, missing, evidence } = incident
  return {
    signature,
    verdict,
    severity,
    subject: `${subject.kind} ${subject.id}`,
    since,
    summary,
    tasks: incident.tasks.map(compactTask),
    evidence: evidence.map(({ file, line }) => `${file}:${line}`),
    missing,
    cycle: incident.graph.cycle,
    kernelAffected: incident.advice.kernel?.affected ?? null,
    commands: incident.advice.steps.flatMap(({ command }) => command ?? []),
  }
}

/** `flusher 483/492 ndrive D fuse fuse_flush exit`. */
function compactTask({ role, tgid, tid, comm, state, waitsOn }: IncidentTask): string {
  const wait = waitsOn === null ? '-' : `${waitsOn.class} ${waitsOn.function} ${waitsOn.context}`
  return `${role} ${tgid}/${tid} ${comm} ${state} ${wait}`
}
