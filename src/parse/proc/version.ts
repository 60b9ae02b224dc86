import type { Parsed } from '../../model/parsed.ts'
import type { Kernel } from '../../model/snapshot.ts'
import { faultAt } from '../bytes.ts'

const UNKNOWN: Kernel = { release: null, version: null }

/**
 * Reads `/proc/version`: the release, who built it, and often the upstream version.
 *
 *     Linux version 6.1.0-56-amd64 (...) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)
 *
 * Source: fs/proc/version.c, version_proc_show().
 */
export function parseVersion(text: string, file: string): Parsed<Kernel> {
  const release = /^Linux version (\S{1,128})/.exec(text)?.[1]
  if (release !== undefined) return { value: kernelOf(release, text), faults: [] }
  const faults = text.trim() === '' ? [] : [faultAt(file, 1, 'Linux version <release> ...', text)]
  return { value: UNKNOWN, faults }
}

/**
 * Reads what `uname -a` prints.
 *
 *     Linux host 6.1.0-56-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16) x86_64 GNU/Linux
 */
export function parseUname(text: string, file: string): Parsed<Kernel & { host: string | null }> {
  const found = /^Linux (\S{1,128}) (\S{1,128})/.exec(text)
  const [, host, release] = found ?? []
  if (host !== undefined && release !== undefined) {
    return { value: { ...kernelOf(release, text), host }, faults: [] }
  }
  const faults = text.trim() === '' ? [] : [faultAt(file, 1, 'Linux <host> <release> ...', text)]
  return { value: { ...UNKNOWN, host: null }, faults }
}

/** The kernel of this release, with what the rest of the line says of its upstream version. */
export function kernelOf(release: string, line = ''): Kernel {
  // Debian's releases name an ABI (6.1.0-56); the version it is made of stands behind its name.
  const debian = / #\d.* Debian (\d+\.\d+(?:\.\d+)?)/.exec(line)?.[1]
  const leading = /^\d+\.\d+(?:\.\d+)?/.exec(release)?.[0]
  return { release, version: debian ?? leading ?? null }
}
