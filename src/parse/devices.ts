import type { BlockDevice } from '../model/snapshot.ts'

type Device = { -readonly [Key in keyof BlockDevice]: BlockDevice[Key] }

/** Joins the files of `/sys/block/<name>/`. */
export class Devices {
  readonly #devices = new Map<string, Device>()

  list(): readonly BlockDevice[] {
    return [...this.#devices.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** `       0        2`: reads and writes handed to the driver. Source: block/genhd.c, part_inflight_show(). */
  readInflight(path: string, text: string): void {
    const found = /^\s*(\d{1,9})\s+(\d{1,9})\s*$/.exec(text)
    if (found) {
      this.#deviceOf(path).inflight = { reads: Number(found[1]), writes: Number(found[2]) }
    }
  }

  /** `254:0` */
  readNumber(path: string, text: string): void {
    const found = /^(\d{1,9}:\d{1,9})\s*$/.exec(text)?.[1]
    if (found !== undefined) this.#deviceOf(path).device = found
  }

  /** `/var/lib/images/a.img` */
  readBackingFile(path: string, text: string): void {
    const file = text.replace(/\n$/, '')
    if (file !== '') this.#deviceOf(path).backingFile = file
  }

  /** `4711`: the thread group that serves an nbd device. */
  readPid(path: string, text: string): void {
    const pid = /^(\d{1,9})\s*$/.exec(text)?.[1]
    if (pid !== undefined) this.#deviceOf(path).pid = Number(pid)
  }

  #deviceOf(path: string): Device {
    const name = /block\/([^/]+)\//.exec(path)?.[1] ?? ''
    const known = this.#devices.get(name)
    if (known) return known
    const device: Device = {
      name,
      device: null,
      inflight: null,
      backingFile: null,
      pid: null,
      from: { file: path, line: 1 },
    }
    this.#devices.set(name, device)
    return device
  }
}
