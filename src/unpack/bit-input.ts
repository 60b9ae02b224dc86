/** Takes bits off a deflate stream, the lowest of each byte first. RFC 1951, section 3.1.1. */
export class BitInput {
  bytes: Buffer = EMPTY
  /** The byte that comes next. */
  next = 0
  /** Bits taken from the bytes and not yet used, the next one lowest; above them are zeros. */
  hold = 0
  bits = 0

  /** Makes sure of `count` bits, at most 24. */
  fill(count: number): void {
    while (this.bits < count) {
      this.hold |= (this.bytes[this.next] ?? 0) << this.bits
      this.next += 1
      this.bits += 8
    }
  }

  take(count: number): number {
    this.fill(count)
    const value = this.hold & ((1 << count) - 1)
    this.drop(count)
    return value
  }

  drop(count: number): void {
    this.hold >>>= count
    this.bits -= count
  }

  /** Bytes that were taken and not used are the stream's again: less than eight bits stay. */
  giveBack(): void {
    this.next -= this.bits >>> 3
    this.bits &= 7
    this.hold &= (1 << this.bits) - 1
  }

  /** Drops what is left of a byte: what follows starts with a whole one. */
  align(): void {
    this.giveBack()
    this.hold = 0
    this.bits = 0
  }
}

const EMPTY: Buffer = Buffer.alloc(0)
