import type { KernelAdvice } from '../../model/diagnosis.ts'
import type { KernelRecord } from '../../model/signature.ts'
import type { Kernel } from '../../model/snapshot.ts'

/** Compares `6.1.192` and the like number by number; a missing number is 0. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [one.split('.').map(Number), other.split('.').map(Number)]
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** What a record says of a kernel. */
export function adviseKernel(record: KernelRecord, kernel: Kernel): KernelAdvice {
  const { version, release } = kernel
  if (version === null) {
    return {
      affected: null,
      why: `The kernel's release is not in the input. ${summaryOf(record)}`,
      fixedIn: record.fixedIn,
    }
  }
  const found = record.intervals.find(
    ({ from, before }) =>
      compareVersions(version, from) >= 0 &&
      (before === null || compareVersions(version, before) < 0),
  )
  if (!found)
    return {
      affected: null,
      why: `No record covers ${version}. ${summaryOf(record)}`,
      fixedIn: record.fixedIn,
    }
  const caution = isUpstream(release, version)
    ? ''
    : ` ${release} is a distribution's kernel with patches of its own, so take this as likely, not certain.`
  return {
    affected: found.affected,
    why: `${version}: ${found.says} (${found.source}).${caution} ${summaryOf(record, found)}`,
    fixedIn: record.fixedIn,
  }
}

function isUpstream(release: string | null, version: string): boolean {
  return release === null || release === version || release === `${version}+`
}

/** Every range without the defect, and why it came back, so that a reader sees where to go and where not. */
function summaryOf(
  { intervals, fixedIn }: KernelRecord,
  told?: KernelRecord['intervals'][number],
): string {
  const good = intervals.filter(({ affected }) => !affected)
  if (good.length === 0) return 'No released kernel is known to be free of it.'
  const ranges = good.map(({ from, before }) =>
    before === null ? `${from} and later` : `${from} up to, not including, ${before}`,
  )
  const last = intervals.at(-1)
  const back =
    last?.affected && last !== told ? ` Affected again from ${last.from}: ${last.says}.` : ''
  const end = fixedIn === null ? ' No release is known to be fixed for good.' : ''
  return `Free of it: ${ranges.join('; ')}.${back}${end}`
}
