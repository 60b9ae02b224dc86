import { randomFillSync } from 'node:crypto'

/** A version 7 UUID (RFC 9562): ordered by time, safe in addresses, not to be guessed. */
export function newId(nowMs: number): string {
  return uuidOf(nowMs, takeRandom())
}

/**
 * The same, with the host's number as its last 32 bits: an incident is found by its id alone,
 * though its tables are spread by host.
 */
export function newIncidentId(nowMs: number, hostId: number): string {
  const random = takeRandom()
  random.writeUInt32BE(hostId, 6)
  return uuidOf(nowMs, random)
}

const INCIDENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Number of the host an incident belongs to; null for a text that is no id of an incident. */
export function hostIdOf(incidentId: string): number | null {
  return INCIDENT_ID.test(incidentId) ? Number.parseInt(incidentId.slice(-8), 16) : null
}

const RANDOM_BYTES = 10

// Random bytes are cheap by the thousand and dear by the ten.
const pool = Buffer.alloc(RANDOM_BYTES * 400)
let taken = pool.length

function takeRandom(): Buffer {
  if (taken === pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  taken += RANDOM_BYTES
  return pool.subarray(taken - RANDOM_BYTES, taken)
}

// Ids made in the same millisecond still count up: lists are ordered by them.
let lastMs = 0
let sequence = 0

function uuidOf(nowMs: number, random: Buffer): string {
  const id = Buffer.alloc(16)
  random.copy(id, 6)
  const sinceLast = nowMs === lastMs ? sequence + 1 : random.readUInt16BE(0) & 0x7ff
  sequence = Math.min(sinceLast, 0xfff)
  lastMs = nowMs
  id.writeUIntBE(nowMs, 0, 6)
  id.writeUInt16BE(0x7000 | sequence, 6)
  id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = id.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
