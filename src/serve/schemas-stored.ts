import { z } from 'zod'
import type * as catalogue from '../model/catalogue.ts'
import { SIGNATURE_SOURCES } from '../model/catalogue.ts'
import { SEVERITIES, SUBJECT_KINDS } from '../model/diagnosis.ts'
import type * as model from '../model/incident.ts'
import { INCIDENT_STATES, RESOLUTIONS, SNAPSHOT_STATUSES } from '../model/incident.ts'
import { LINK_TARGETS, type Link as LinkModel } from '../model/link.ts'
import type { HostWhole as HostWholeModel } from '../store/hosts.ts'
import type * as stacks from '../store/stacks.ts'
import { exactly } from './exactly.ts'
import {
  Counts,
  Frame,
  finding,
  findingDetails,
  flag,
  instant,
  labels,
  list,
  text,
  Wait,
  wholeNumber,
} from './schemas.ts'

// What the API answers of what is kept: snapshots, incidents, hosts, counts, signatures.

/** A page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z
    .object({
      items: list(item),
      next: text.nullable().meta({ description: 'Cursor of the next page; null on the last' }),
      total: wholeNumber.meta({ description: 'Length of the whole list' }),
    })
    .readonly()

export const url = text.meta({ format: 'uri' })

export const HistoryItem = exactly<model.HistoryItem>()(
  z
    .object({
      at: instant,
      what: z.enum([
        'opened',
        'seen',
        'verdict',
        'acknowledged',
        'resolved',
        'cleared',
        'rebooted',
        'reclassified',
        'withdrawn',
        'reopened',
        'muted',
        'unmuted',
        'noted',
      ]),
      who: text.meta({ description: '`hangar` for what a snapshot showed, else who did it' }),
      snapshot: text.nullable(),
      note: text.nullable(),
    })
    .readonly()
    .meta({ id: 'HistoryItem', description: 'One change in the life of an incident' }),
)

const incidentFields = {
  id: text,
  url,
  ...finding,
  state: z.enum(INCIDENT_STATES),
  resolution: z.enum(RESOLUTIONS).nullable(),
  mutedUntil: instant.nullable().meta({
    description: 'Nobody wants to hear of it until then; 9999-12-31T23:59:59.999Z: for good',
  }),
  host: text.nullable(),
  kernel: text.nullable(),
  labels,
  class: text.nullable().meta({ description: 'Wait class of its culprit; null for events' }),
  taskCount: wholeNumber,
  firstSeen: instant,
  lastSeen: instant,
  snapshots: wholeNumber.meta({ description: 'How many snapshots have seen it' }),
}

export const Link = exactly<LinkModel>()(
  z
    .object({
      id: text,
      url,
      key: text.meta({ description: 'What people call it', example: 'OPS-4711' }),
      title: text.nullable(),
      from: z.enum(LINK_TARGETS).meta({ description: 'What it hangs on; an incident inherits' }),
      addedAt: instant,
      addedBy: text,
    })
    .readonly()
    .meta({ id: 'Link', description: 'A ticket or page that people tied to something' }),
)

const links = list(Link).meta({ description: 'Its own, and behind them those it inherits' })

export const IncidentItem = exactly<model.IncidentItem>()(
  z
    .object({ ...incidentFields, links })
    .readonly()
    .meta({ id: 'IncidentItem', description: 'An incident as lists show it' }),
)

export const Incident = exactly<model.Incident>()(
  z
    .object({
      ...incidentFields,
      ...findingDetails,
      snapshot: text.meta({ description: 'Id of the snapshot the evidence is from' }),
      links,
      history: list(HistoryItem),
    })
    .readonly()
    .meta({ id: 'Incident', description: 'One incident whole' }),
)

/** Why a snapshot could not be read, in the words of the problem it would have been answered by. */
const SnapshotProblem = z
  .object({ type: text, title: text, facts: z.record(z.string(), z.unknown()).readonly() })
  .readonly()

export const SnapshotItem = exactly<model.SnapshotItem>()(
  z
    .object({
      id: text,
      url,
      sha256: text,
      status: z.enum(SNAPSHOT_STATUSES),
      problem: SnapshotProblem.nullable(),
      name: text,
      sizeBytes: wholeNumber,
      host: text.nullable(),
      kernel: text.nullable(),
      labels,
      collectedAt: instant.nullable(),
      receivedAt: instant,
      counts: Counts.nullable(),
      incidents: list(text).meta({ description: 'Ids of the incidents it opened or saw again' }),
    })
    .readonly()
    .meta({ id: 'Snapshot', description: 'A stored bundle' }),
)

const stackFields = {
  fingerprint: text.nullable(),
  class: text.nullable(),
  waitsOn: Wait.nullable(),
  stack: list(Frame),
}

const hostFields = {
  name: text,
  machineId: text.nullable(),
  kernel: text.nullable(),
  labels,
  firstSeen: instant,
  lastSeen: instant,
  snapshots: wholeNumber,
  openIncidents: wholeNumber,
  incidents: wholeNumber,
}

export const HostItem = exactly<model.HostItem>()(
  z.object(hostFields).readonly().meta({ id: 'Host', description: 'A host as lists show it' }),
)

export const HostWhole = exactly<HostWholeModel>()(
  z
    .object({
      ...hostFields,
      recentSnapshots: list(SnapshotItem),
      recentIncidents: list(IncidentItem),
    })
    .readonly()
    .meta({ id: 'HostWhole', description: 'One host, with what came of it last' }),
)

export const SnapshotStack = exactly<stacks.SnapshotStackItem>()(
  z
    .object({
      ...stackFields,
      tasks: wholeNumber,
      states: z.record(z.string(), wholeNumber).readonly(),
    })
    .readonly()
    .meta({ id: 'SnapshotStack', description: 'A stack of one snapshot, and who stands in it' }),
)

const StackPlace = exactly<stacks.StackPlace>()(
  z
    .object({
      host: text,
      firstSeen: instant,
      lastSeen: instant,
      tasks: wholeNumber,
      snapshots: wholeNumber,
      isNow: flag.meta({ description: 'True when the newest snapshot of the host has it' }),
    })
    .readonly(),
)

export const Stack = exactly<stacks.StackItem>()(
  z
    .object({ ...stackFields, where: list(StackPlace), hosts: wholeNumber })
    .readonly()
    .meta({ id: 'Stack', description: 'A stack, and where in the fleet it stands' }),
)

export const CountRow = exactly<model.CountRow>()(
  z
    .object({
      incidents: wholeNumber,
      hosts: wholeNumber,
      tasks: wholeNumber,
      firstSeen: instant,
      lastSeen: instant,
    })
    .catchall(z.union([z.string(), z.number(), z.null()]))
    .readonly()
    .meta({ id: 'CountRow', description: 'Its keys (those asked by) beside the figures' }),
)

const signatureFields = {
  id: text,
  version: wholeNumber,
  title: text,
  severity: z.enum(SEVERITIES),
  why: text.meta({ description: 'What goes wrong, for one who has not seen it before' }),
  source: text.meta({ description: 'Kernel file and function it is read from' }),
  subject: z.enum(SUBJECT_KINDS),
  subsumes: list(text).meta({ description: 'Signatures that are part of it where both fit' }),
}

const origins = z.enum(SIGNATURE_SOURCES)

const catalogueFields = {
  origin: origins.meta({
    description:
      'Where it comes from. Of one id a saved one goes before the folder, that before the product',
  }),
  hides: list(origins).meta({ description: 'Where others of this id are that it stands before' }),
  disabled: flag.meta({ description: 'True when it is kept and not matched' }),
}

export const SavedVersion = exactly<catalogue.SavedVersion>()(
  z
    .object({ version: wholeNumber, yaml: text, who: text, at: instant, note: text.nullable() })
    .readonly()
    .meta({ id: 'SavedVersion', description: 'A text of a signature that was saved here' }),
)

export const SignatureItem = z
  .object({ ...signatureFields, ...catalogueFields })
  .readonly()
  .meta({ id: 'SignatureItem', description: 'What is looked for, as lists show it' })

/** The rules are shown as the catalogue's file has them, and change with the catalogue. */
export const Signature = z
  .object({
    ...signatureFields,
    ...catalogueFields,
    yaml: text.meta({ description: 'Its whole text' }),
    counts: z.object({
      open: wholeNumber,
      incidents: wholeNumber,
      hosts: wholeNumber,
      lastSeen: instant.nullable(),
    }),
    roles: list(z.record(z.string(), z.unknown())),
    verdicts: z.record(z.string(), z.unknown()),
  })
  .readonly()
  .meta({ id: 'Signature', description: 'What is looked for, and by which rules it is found' })

export const ProblemDocument = z
  .looseObject({
    type: text.meta({ description: 'Address of the page that explains it' }),
    title: text,
    status: wholeNumber,
    detail: text.exactOptional(),
    instance: text,
  })
  .readonly()
  .meta({ id: 'Problem', description: 'RFC 9457, with facts of its kind beside' })
