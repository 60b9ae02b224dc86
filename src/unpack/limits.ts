/** How much of an archive is taken. Each is an absolute bound: a ratio is no defence against a bomb. */
export type Limits = {
  /** Bytes as uploaded. */
  readonly compressedBytes: number
  /** Bytes that come out of the decompressor. */
  readonly unpackedBytes: number
  /** Headers of the tar, of whatever type. */
  readonly entries: number
  /** Bytes of one file that has to be held whole. Files of no kind we know are never held. */
  readonly entryBytes: number
  /** Bytes of one pax header. */
  readonly paxBytes: number
  /** Bytes of one path. */
  readonly pathBytes: number
  /** Bytes behind the end marker. */
  readonly trailingBytes: number
}

const KIB = 1024
const MIB = 1024 * KIB

export const LIMITS: Limits = {
  // A large sosreport has 100 to 300 MB; a bundle of 200,000 threads some 90 MB.
  compressedBytes: 512 * MIB,
  // A bundle of 200,000 threads unpacks to 1.5 GB; to go through more zeros takes seconds of CPU.
  unpackedBytes: 2048 * MIB,
  // 200,000 threads of six files each, and the descriptors of their groups.
  entries: 1_500_000,
  // A sysrq dump of 20,000 tasks is 22 MB, a dump of 50,000 goroutines 39 MB.
  entryBytes: 64 * MIB,
  // Real ones hold a path or two and some times: under 10 KiB.
  paxBytes: MIB,
  // PATH_MAX of Linux.
  pathBytes: 4 * KIB,
  // Tar pads to its blocking factor, at most 512 blocks by default of any tool.
  trailingBytes: MIB,
}
