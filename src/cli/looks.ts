import { secondsBetween, toEarlier } from '../diagnose/situation/earlier.ts'
import type { Diagnosis } from '../model/diagnosis.ts'
import type { Earlier } from '../model/earlier.ts'
import type { Snapshot } from '../model/snapshot.ts'

/** What earlier PATHs of one run showed, so that later ones of the same boot are compared with them. */
export class Looks {
  readonly #byBoot = new Map<string, Earlier[]>()

  /** The latest that was taken before this one, or null. A boot id names a host too: it is random. */
  find(snapshot: Snapshot): Earlier | null {
    const known = snapshot.host.bootId === null ? [] : this.#byBoot.get(snapshot.host.bootId)
    let latest: Earlier | null = null
    let fewest = Number.POSITIVE_INFINITY
    for (const earlier of known ?? []) {
      const seconds = secondsBetween(earlier, snapshot) ?? 0
      if (seconds <= 0 || seconds >= fewest) continue
      fewest = seconds
      latest = earlier
    }
    return latest
  }

  add(snapshot: Snapshot, diagnosis: Diagnosis, earlier: Earlier | null): void {
    const { bootId } = snapshot.host
    if (bootId === null || !snapshot.tasks.some(({ origin }) => origin === 'proc')) return
    const known = this.#byBoot.get(bootId)
    const look = toEarlier(snapshot, diagnosis, earlier)
    if (known) known.push(look)
    else this.#byBoot.set(bootId, [look])
  }
}
