import type { FileKind } from '../model/entry.ts'
import type { Parsed } from '../model/parsed.ts'
import { parseFuseWaiting } from './fuse-connections.ts'
import { parseGoroutines } from './goroutines.ts'
import { parseListing } from './listing.ts'
import { parseLocks } from './locks.ts'
import { parseKernelLog } from './log/kernel-log.ts'
import { parseManifest } from './manifest.ts'
import { parseMountinfo, parseMounts } from './proc/mountinfo.ts'
import {
  parseCgroup,
  parseComm,
  parseSyscall,
  parseUptime,
  parseWchan,
  parseWord,
} from './proc/one-line.ts'
import { parseStack } from './proc/stack.ts'
import { parseStat } from './proc/stat.ts'
import { parseStatus } from './proc/status.ts'
import { parseUname, parseVersion } from './proc/version.ts'
import { parsePs } from './ps.ts'
import { parseRpcTasks } from './rpc-tasks.ts'
import { parseText } from './text.ts'

/** Reads a text of one kind; `file` is named in its faults and places. */
export type Parser = (text: string, file: string) => Parsed<unknown>

/**
 * Every format, one row each. A row's samples lie in `samples/<kind>/`, and tests read this table:
 * what is added here is tested at once.
 */
export const PARSERS = {
  comm: parseComm,
  status: parseStatus,
  stat: parseStat,
  stack: parseStack,
  wchan: parseWchan,
  syscall: parseSyscall,
  cgroup: parseCgroup,
  mountinfo: parseMountinfo,
  mounts: parseMounts,
  fdlist: parseListing,
  version: parseVersion,
  uname: parseUname,
  uptime: parseUptime,
  hostname: parseWord,
  locks: parseLocks,
  'fuse-waiting': parseFuseWaiting,
  'rpc-tasks': parseRpcTasks,
  ps: parsePs,
  manifest: parseManifest,
  'kernel-log': parseKernelLog,
  goroutines: parseGoroutines,
  text: parseText,
} as const satisfies Partial<Record<FileKind | 'text', Parser>>
