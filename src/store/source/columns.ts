import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

// Rows of one kind, column by column: what most rows share stands there once, and numbers that
// count up take a byte each. Written and read in the same order; nothing in between names a column.

const CONTINUES = 128
/** Numbers are written as differences; beyond this a difference is no whole number any more. */
const NUMBER_MAX = Number.MAX_SAFE_INTEGER / 8

/** Takes columns and gives their bytes. */
export class ColumnWriter {
  readonly #values: (readonly unknown[])[] = []
  #bytes = new Uint8Array(4096)
  #length = 0

  /** Whole numbers or null; others are written as values. */
  numbers(column: readonly (number | null)[]): void {
    const isPlain = column.every(
      (value) => value === null || (Number.isInteger(value) && Math.abs(value) <= NUMBER_MAX),
    )
    this.#put(isPlain ? 1 : 0)
    if (!isPlain) {
      this.values(column)
      return
    }
    let last = 0
    for (const value of column) {
      if (value === null) {
        this.#put(0)
        continue
      }
      const apart = value - last
      last = value
      // Zero is null; the sign is the lowest bit.
      this.#put((apart < 0 ? -2 * apart - 1 : 2 * apart) + 1)
    }
  }

  /** Anything that JSON can tell; equal values come back as one. */
  values(column: readonly unknown[]): void {
    const distinct = new Distinct()
    for (const value of column) this.#put(distinct.indexOf(value))
    this.#values.push(distinct.values)
  }

  /** Everything written, and `rest`, compressed. */
  finish(rest: unknown): Uint8Array {
    const head = Buffer.from(JSON.stringify([rest, this.#values]))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(head.length)
    const whole = Buffer.concat([length, head, this.#bytes.subarray(0, this.#length)])
    return zstdCompressSync(whole, { params: { [constants.ZSTD_c_compressionLevel]: 3 } })
  }

  #put(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow()
    let rest = value
    while (rest >= CONTINUES) {
      this.#bytes[this.#length] = (rest % CONTINUES) + CONTINUES
      this.#length += 1
      rest = Math.floor(rest / CONTINUES)
    }
    this.#bytes[this.#length] = rest
    this.#length += 1
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

/** Values in the order in which they were first met, each once. */
class Distinct {
  readonly values: unknown[] = []
  readonly #indexes = new Map<unknown, number>()
  readonly #byText = new Map<string, number>()

  indexOf(value: unknown): number {
    const known = this.#indexes.get(value)
    if (known !== undefined) return known
    const index = isObject(value) ? this.#indexOfEqual(value) : this.values.push(value) - 1
    this.#indexes.set(value, index)
    return index
  }

  /** Objects are equal that hold the same. */
  #indexOfEqual(value: object): number {
    const text = JSON.stringify(value)
    const index = this.#byText.get(text) ?? this.values.push(value) - 1
    this.#byText.set(text, index)
    return index
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Gives columns back, in the order in which they were written. */
export class ColumnReader {
  // Of many kinds: which, is known only to who wrote the column.
  readonly #values = new Map()
  readonly #bytes: Uint8Array
  #at: number
  #column = 0

  constructor(packed: Uint8Array) {
    const whole = zstdDecompressSync(packed)
    const headEnd = 4 + whole.readUInt32LE(0)
    const head: readonly [unknown, readonly unknown[]] = JSON.parse(
      whole.toString('utf8', 4, headEnd),
    )
    this.#values.set('rest', head[0])
    for (const [index, distinct] of head[1].entries()) this.#values.set(index, distinct)
    this.#bytes = whole
    this.#at = headEnd
  }

  rest<Rest>(): Rest {
    return this.#values.get('rest')
  }

  numbers(rows: number): readonly (number | null)[] {
    if (this.#take() === 0) return this.values<number | null>(rows)
    const column: (number | null)[] = []
    let last = 0
    for (let row = 0; row < rows; row += 1) {
      const coded = this.#take() - 1
      if (coded < 0) {
        column.push(null)
        continue
      }
      last += coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2
      column.push(last)
    }
    return column
  }

  /** What was written is known to who wrote it. */
  values<Value>(rows: number): readonly Value[] {
    const column: Value[] = []
    const distinct: readonly Value[] = this.#values.get(this.#column) ?? []
    this.#column += 1
    for (let row = 0; row < rows; row += 1) {
      const value = distinct[this.#take()]
      if (value === undefined) throw new Error('A column ends before its last row')
      column.push(value)
    }
    return column
  }

  #take(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.#bytes[this.#at] ?? 0
      this.#at += 1
      if (byte < CONTINUES) return value + byte * scale
      value += (byte - CONTINUES) * scale
      scale *= CONTINUES
    }
  }
}
