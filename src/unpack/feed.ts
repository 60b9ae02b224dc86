/** What is done with bytes that were waited for. */
export type Use = (bytes: Buffer, start: number, end: number) => void

/**
 * Cuts a stream of chunks into the pieces a reader asks for, wherever the chunks were cut. A piece
 * that lies in one chunk is handed over where it lies; only one that was cut is copied together.
 * Each `Use` asks for what comes behind its piece.
 */
export class Feed {
  #skipBytes = 0
  #wantedBytes = 0
  #isWhole = true
  #use: Use = () => {}
  #held = Buffer.allocUnsafe(1024)
  #heldBytes = 0
  /** The bytes in hand, while they are pushed. */
  chunk: Buffer = EMPTY
  /** Bytes of the stream before the first byte of the chunk's memory. */
  #base = 0
  /** Where reading stands in the chunk, and where the chunk ends. */
  #at = 0
  #end = 0

  /** Bytes from the start of the stream to where reading stands. */
  get offset(): number {
    return this.#base + this.#at
  }

  /** Bytes still missing of what was asked for last. */
  get missingBytes(): number {
    return this.#skipBytes + this.#wantedBytes - this.#heldBytes
  }

  /** True while not one byte of what was asked for last has come, and `use` asked for it. */
  isAtStartOf(use: Use): boolean {
    return this.#use === use && this.#skipBytes === 0 && this.#heldBytes === 0
  }

  /** Passes over `skipBytes`, then hands over `wantedBytes` in one piece. */
  take(skipBytes: number, wantedBytes: number, use: Use): void {
    this.#skipBytes = skipBytes
    this.#wantedBytes = wantedBytes
    this.#use = use
    this.#isWhole = true
  }

  /** Hands over the next bytes as they come; an empty piece says that all have come. */
  stream(bytes: number, use: Use): void {
    this.take(0, bytes, use)
    this.#isWhole = false
  }

  /**
   * The next `wantedBytes` at once, where they lie whole in the chunk in hand: gives where in `chunk`
   * they start, and passes over them and `skipBytes` more. -1 where they were cut: `take` them then.
   */
  reach(wantedBytes: number, skipBytes: number): number {
    const start = this.#at
    if (this.#end - start < wantedBytes + skipBytes) return -1
    this.#at = start + wantedBytes + skipBytes
    return start
  }

  push(chunk: Buffer, start: number, end: number): void {
    this.chunk = chunk
    this.#at = start
    this.#end = end
    this.#base -= start
    while (this.#at < end) {
      if (this.#skipBytes > 0) this.#skip()
      else if (this.#isWhole) this.#gather(chunk)
      else this.#pass(chunk)
      // An empty piece is complete at once: an empty file may be the last thing of a chunk.
      while (this.#wantedBytes === 0 && this.#skipBytes === 0) this.#use(chunk, this.#at, this.#at)
    }
    this.#base += this.#at
    this.#at = 0
    this.#end = 0
    this.chunk = EMPTY
  }

  #skip(): void {
    const taken = Math.min(this.#skipBytes, this.#end - this.#at)
    this.#skipBytes -= taken
    this.#at += taken
  }

  #gather(chunk: Buffer): void {
    const start = this.#at
    const wanted = this.#wantedBytes
    if (this.#heldBytes === 0 && this.#end - start >= wanted) {
      this.#at = start + wanted
      this.#use(chunk, start, start + wanted)
      return
    }
    if (this.#held.length < wanted) this.#held = Buffer.allocUnsafe(wanted)
    const taken = Math.min(wanted - this.#heldBytes, this.#end - start)
    chunk.copy(this.#held, this.#heldBytes, start, start + taken)
    this.#heldBytes += taken
    this.#at = start + taken
    if (this.#heldBytes < wanted) return
    this.#heldBytes = 0
    this.#use(this.#held, 0, wanted)
  }

  #pass(chunk: Buffer): void {
    const start = this.#at
    const taken = Math.min(this.#wantedBytes, this.#end - start)
    this.#wantedBytes -= taken
    this.#at = start + taken
    this.#use(chunk, start, start + taken)
  }
}

const EMPTY: Buffer = Buffer.alloc(0)
