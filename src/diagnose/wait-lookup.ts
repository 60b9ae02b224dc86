import type { WaitClass } from '../model/wait.ts'
import { BLOCK_PREFIXES, BLOCK_WAITS } from './wait-block.ts'
import { KERNEL_PREFIXES, KERNEL_WAITS } from './wait-kernel.ts'
import { LOCAL_FS_PREFIXES, LOCAL_FS_WAITS } from './wait-local-fs.ts'
import { MEMORY_WAITS } from './wait-memory.ts'
import { NETWORK_FS_PREFIXES, NETWORK_FS_WAITS } from './wait-network-fs.ts'
import { PRIMITIVES } from './wait-primitives.ts'
import {
  type PrefixGroup,
  type PrimitiveGroup,
  symbolsOf,
  type WaitGroup,
  type WaitKind,
} from './wait-table.ts'
import { USER_WAITS } from './wait-user.ts'
import { VFS_WAITS } from './wait-vfs.ts'

/** Every table of waits, area by area. */
export const WAIT_GROUPS: readonly WaitGroup[] = [
  ...NETWORK_FS_WAITS,
  ...LOCAL_FS_WAITS,
  ...BLOCK_WAITS,
  ...MEMORY_WAITS,
  ...VFS_WAITS,
  ...KERNEL_WAITS,
  ...USER_WAITS,
]

/** Every table of name spaces. */
export const PREFIX_GROUPS: readonly PrefixGroup[] = [
  ...NETWORK_FS_PREFIXES,
  ...LOCAL_FS_PREFIXES,
  ...BLOCK_PREFIXES,
  ...KERNEL_PREFIXES,
]

/** The generic primitive of this name, or undefined. */
export function primitiveOf(symbol: string): PrimitiveGroup | undefined {
  return PRIMITIVE_BY_SYMBOL.get(symbol)
}

/**
 * The row of a function for a wait by this primitive, or undefined. A row that names the primitive
 * goes before one for all of them; a function without a row has that of its name space.
 */
export function rowOf(symbol: string, kind: WaitKind): WaitGroup | undefined {
  const rows = ROWS_BY_SYMBOL.get(symbol)
  if (rows) {
    const fit = rows.find((row) => row.on?.includes(kind)) ?? rows.find((row) => !row.on)
    if (fit) return fit
  }
  return prefixRowOf(symbol)
}

/** The row of a kernel module's own file system or driver, for functions without a telling name. */
export function moduleRowOf(module: string): WaitGroup | undefined {
  const space = ROW_BY_CLASS.get(MODULES.get(module) ?? 'unknown')
  return space
}

/** Two words of the name tell, then one: `ff_layout_`, `nfs_`. Leading underscores do not count. */
function prefixRowOf(symbol: string): WaitGroup | undefined {
  let start = 0
  while (symbol.charCodeAt(start) === UNDERSCORE) start += 1
  const first = symbol.indexOf('_', start)
  if (first < 0) return undefined
  const second = symbol.indexOf('_', first + 1)
  const two = second < 0 ? undefined : CLASS_BY_PREFIX.get(symbol.slice(start, second + 1))
  const found = two ?? CLASS_BY_PREFIX.get(symbol.slice(start, first + 1))
  return found && ROW_BY_CLASS.get(found)
}

const UNDERSCORE = 95

const PRIMITIVE_BY_SYMBOL = new Map(
  PRIMITIVES.flatMap((group) => symbolsOf(group.symbols).map((symbol) => [symbol, group] as const)),
)

const ROWS_BY_SYMBOL = new Map<string, WaitGroup[]>()
for (const group of WAIT_GROUPS) {
  for (const symbol of symbolsOf(group.symbols)) {
    const rows = ROWS_BY_SYMBOL.get(symbol)
    if (rows) rows.push(group)
    else ROWS_BY_SYMBOL.set(symbol, [group])
  }
}

const CLASS_BY_PREFIX = new Map<string, WaitClass>(
  PREFIX_GROUPS.flatMap((group) =>
    symbolsOf(group.prefixes).map((prefix) => [prefix, group.class] as const),
  ),
)

/** One row a class, shared by all functions that only their name space tells. */
const ROW_BY_CLASS = new Map<WaitClass, WaitGroup>(
  PREFIX_GROUPS.map(({ class: waitClass, source }) => [
    waitClass,
    { class: waitClass, role: 'names', source, symbols: '' },
  ]),
)

/** Modules whose functions do not all start alike. */
const MODULES = new Map<string, WaitClass>([
  ...['fuse', 'cuse', 'virtiofs'].map((name) => [name, 'fuse'] as const),
  ...['nfs', 'nfsv2', 'nfsv3', 'nfsv4', 'sunrpc', 'auth_rpcgss', 'nfs_layout_flexfiles'].map(
    (name) => [name, 'nfs'] as const,
  ),
  ['nfsd', 'nfsd'],
  ...['cifs', 'ksmbd'].map((name) => [name, 'cifs'] as const),
  ...['ceph', 'libceph', 'rbd'].map((name) => [name, 'ceph'] as const),
  ...['9p', '9pnet', '9pnet_virtio', '9pnet_fd'].map((name) => [name, '9p'] as const),
  ...['kafs', 'openafs', 'rxrpc'].map((name) => [name, 'afs'] as const),
  ...'lustre ptlrpc osc mdc lov lmv obdclass lnet libcfs mgc fid fld ksocklnd ko2iblnd mdt mdd ofd osp lod lfsck'
    .split(' ')
    .map((name) => [name, 'lustre'] as const),
  ['overlay', 'overlayfs'],
  ...['ext4', 'ext3', 'jbd2', 'jbd'].map((name) => [name, 'ext4'] as const),
  ['xfs', 'xfs'],
  ['btrfs', 'btrfs'],
  ...['zfs', 'spl', 'zcommon', 'icp'].map((name) => [name, 'zfs'] as const),
  ['f2fs', 'f2fs'],
  ...'gfs2 ocfs2 dlm jfs reiserfs nilfs2 ubifs bcachefs erofs ecryptfs orangefs autofs4 ntfs3 exfat vboxsf mmfs26 vxfs aufs'
    .split(' ')
    .map((name) => [name, 'other-fs'] as const),
  ...'md_mod raid1 raid10 raid456 raid0 linear'
    .split(' ')
    .map((name) => [name, 'md-raid'] as const),
  ...'dm_mod dm_thin_pool dm_crypt dm_snapshot dm_multipath dm_bufio dm_raid dm_cache dm_persistent_data dm_verity'
    .split(' ')
    .map((name) => [name, 'dm'] as const),
  ['nbd', 'nbd'],
  ...'nvme nvme_core nvme_fabrics nvme_tcp nvme_rdma nvme_fc nvmet'
    .split(' ')
    .map((name) => [name, 'nvme'] as const),
  ...'scsi_mod sd_mod sg libata ahci mpt3sas megaraid_sas qla2xxx lpfc libiscsi iscsi_tcp scsi_transport_iscsi libfc fnic smartpqi hpsa target_core_mod iscsi_target_mod'
    .split(' ')
    .map((name) => [name, 'scsi'] as const),
  ['loop', 'loop'],
  ...'drbd zram virtio_blk ublk_drv rnbd_client bcache xen_blkfront'
    .split(' ')
    .map((name) => [name, 'block-io'] as const),
])
