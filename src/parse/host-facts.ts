import type { FileKind } from '../model/entry.ts'
import type { Given, Host, Kernel } from '../model/snapshot.ts'
import type { Faults } from './faults.ts'
import type { KernelLog } from './log/kernel-log.ts'
import { instantOf, type Manifest, parseManifest } from './manifest.ts'
import { parseUptime, parseWord } from './proc/one-line.ts'
import { kernelOf, parseUname, parseVersion } from './proc/version.ts'

/** When and as what a log says its host ran. */
type LogFacts = Omit<KernelLog, 'reports'>

/** What the bundle says of its host, whatever order its files come in. */
export class HostFacts {
  readonly #faults: Faults
  readonly #words = new Map<FileKind, { readonly path: string; readonly word: string }>()
  #version: Kernel | null = null
  #uname: (Kernel & { readonly host: string | null }) | null = null
  #manifest: Manifest | null = null
  #uptimeSeconds: number | null = null

  constructor(faults: Faults) {
    this.#faults = faults
  }

  get unreadable(): Manifest['unreadable'] {
    return this.#manifest?.unreadable ?? []
  }

  get trigger(): string | null {
    return this.#manifest?.trigger ?? null
  }

  readManifest(path: string, text: string): void {
    this.#manifest = this.#taken(parseManifest(text, path))
  }

  readVersion(path: string, text: string): void {
    this.#version = this.#taken(parseVersion(text, path))
  }

  readUname(path: string, text: string): void {
    this.#uname = this.#taken(parseUname(text, path))
  }

  readUptime(path: string, text: string): void {
    this.#uptimeSeconds = this.#taken(parseUptime(text, path))
  }

  /** A file of one word. Where several files say the same, /proc is asked first. */
  readWord(kind: FileKind, path: string, text: string): void {
    const word = this.#taken(parseWord(text, path))
    const known = this.#words.get(kind)
    if (word === null || (known !== undefined && rankOf(known.path) <= rankOf(path))) return
    this.#words.set(kind, { path, word })
  }

  host(given: Given): Host {
    const name =
      given.host ??
      this.#manifest?.host ??
      this.#word('hostname') ??
      this.#uname?.host ??
      nameOfFile(given.name)
    return {
      name,
      machineId: this.#manifest?.machineId ?? this.#word('machine-id'),
      bootId: this.#manifest?.bootId ?? this.#word('boot-id'),
      // Those that were given stand first, too: where labels are too many, the last are left out.
      labels: { ...given.labels, ...this.#manifest?.labels, ...given.labels },
    }
  }

  kernel(logs: readonly LogFacts[]): Kernel {
    const told = [this.#version, this.#uname].find((kernel) => kernel?.release)
    if (told) return { release: told.release, version: told.version }
    const logged = logs.find(({ kernelRelease }) => kernelRelease !== null)?.kernelRelease
    const release = this.#word('os-version') ?? logged ?? null
    return release === null ? { release: null, version: null } : kernelOf(release)
  }

  uptimeSeconds(logs: readonly LogFacts[]): number | null {
    return this.#uptimeSeconds ?? lastUptimeOf(logs)
  }

  /** When it was collected: as told, else by the boot time that a log with dates shows. */
  collectedAt(given: Given, logs: readonly LogFacts[]): string | null {
    const told = instantOf(given.collectedAt) ?? this.#manifest?.collectedAt
    return told ?? this.#derivedAt(logs) ?? instantOf(given.receivedAt)
  }

  #derivedAt(logs: readonly LogFacts[]): string | null {
    const bootedAt = logs.find((log) => log.bootedAt !== null)?.bootedAt
    const uptimeSeconds = this.uptimeSeconds(logs)
    if (bootedAt === undefined || bootedAt === null || uptimeSeconds === null) return null
    const time = Date.parse(bootedAt) + uptimeSeconds * 1000
    return Number.isFinite(time) ? new Date(time).toISOString() : null
  }

  #word(kind: FileKind): string | null {
    return this.#words.get(kind)?.word ?? null
  }

  #taken<Value>(parsed: {
    readonly value: Value
    readonly faults: Parameters<Faults['addAll']>[0]
  }): Value {
    this.#faults.addAll(parsed.faults)
    return parsed.value
  }
}

function lastUptimeOf(logs: readonly LogFacts[]): number | null {
  const uptimes = logs.flatMap(({ lastUptimeSeconds }) => lastUptimeSeconds ?? [])
  return uptimes.length === 0 ? null : Math.max(...uptimes)
}

/** Lower is asked first; the same for every order the files come in. */
function rankOf(path: string): string {
  return `${path.startsWith('proc/') ? 0 : 1}${path}`
}

const EXTENSIONS = /(?:\.(?:tar|tgz|tzst|gz|zst|xz|txt|log))+$/

/** `/tmp/seqB1-deadlock.tar.gz` is `seqB1-deadlock`; null for a name that says nothing. */
export function nameOfFile(name: string): string | null {
  const last = name.split('/').findLast((part) => part !== '') ?? ''
  const bare = last.replace(EXTENSIONS, '')
  return bare === '' || bare === '-' ? null : bare
}
