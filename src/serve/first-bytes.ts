/** Enough to see a tar header whole. */
export const FIRST_BYTES = 512

/** Beginnings of archives that Hangar reads. Sources: RFC 1952, section 2.3; RFC 8878, section 3.1. */
const ARCHIVES = [
  { extension: 'tar.gz', type: 'application/gzip', begins: [0x1f, 0x8b] },
  { extension: 'tar.zst', type: 'application/zstd', begins: [0x28, 0xb5, 0x2f, 0xfd] },
] as const

/** A zstd file may begin with skippable frames: 0x184D2A50 to 0x184D2A5F, little end first. */
const SKIPPABLE = [0x2a, 0x4d, 0x18] as const

/** What people send by mistake, to be named in the answer. */
const STRANGERS = [
  { name: 'a JPEG image', begins: [0xff, 0xd8, 0xff] },
  { name: 'a PNG image', begins: [0x89, 0x50, 0x4e, 0x47] },
  { name: 'a ZIP archive', begins: [0x50, 0x4b, 0x03, 0x04] },
  {
    name: 'an xz archive; pack it again with gzip or zstd',
    begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  },
  { name: 'a bzip2 archive; pack it again with gzip or zstd', begins: [0x42, 0x5a, 0x68] },
  { name: 'a 7z archive', begins: [0x37, 0x7a, 0xbc, 0xaf] },
  { name: 'an ELF file', begins: [0x7f, 0x45, 0x4c, 0x46] },
] as const

const HTML = /^\s*<(?:!doctype|html|head|body)/i
/** Tab, line ends, form feed and escape: the controls that texts have. */
const TEXT_CONTROLS: readonly number[] = [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b]
const TAR = { extension: 'tar', type: 'application/x-tar' } as const

export type ArchiveKind = { readonly extension: string; readonly type: string }

/** The kind of archive that begins with these bytes; null where it is none that Hangar reads. */
export function archiveKindOf(first: Uint8Array): ArchiveKind | null {
  const packed = ARCHIVES.find(({ begins }) => beginsWith(first, begins))
  if (packed) return packed
  if (((first[0] ?? 0) & 0xf0) === 0x50 && beginsWith(first.subarray(1), SKIPPABLE)) {
    return ARCHIVES[1]
  }
  return isTarHeader(first) ? TAR : null
}

/** What the bytes look like, in words for the one who sent them. */
export function looksLike(first: Uint8Array): string {
  const known = strangerOf(first)
  if (known) return known
  if (HTML.test(Buffer.from(first).toString('latin1'))) return 'an HTML page'
  return isText(first) ? 'text' : 'bytes of no kind known here'
}

/** Name of a binary format that Hangar does not read, where the bytes begin like one. */
export function strangerOf(first: Uint8Array): string | null {
  return STRANGERS.find(({ begins }) => beginsWith(first, begins))?.name ?? null
}

/** True where the bytes can be the beginning of a text. */
export function isText(first: Uint8Array): boolean {
  return first.every((byte) => (byte >= 0x20 ? byte !== 0x7f : TEXT_CONTROLS.includes(byte)))
}

function beginsWith(bytes: Uint8Array, begins: readonly number[]): boolean {
  return begins.every((byte, index) => bytes[index] === byte)
}

/**
 * A tar header tells itself by its sum alone: the oldest format has no magic. An archive of
 * nothing begins with its end marker, 512 zero bytes.
 */
function isTarHeader(first: Uint8Array): boolean {
  if (first.length < FIRST_BYTES) return false
  const header = first.subarray(0, FIRST_BYTES)
  if (header.every((byte) => byte === 0)) return true
  const said = Number.parseInt(Buffer.from(header.subarray(148, 156)).toString('latin1'), 8)
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  return said === sum
}
