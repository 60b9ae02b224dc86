/** One return address of a kernel stack, from whatever text it was printed in. */
export type Frame = {
  /** Function name as printed, with the compiler's suffixes (`.isra.0`), without `__pfx_`; never empty. */
  readonly symbol: string
  /** Bytes from the start of the function to the return address; null where the text has none. */
  readonly offset: number | null
  /** Length of the function in bytes; null where the text has none. */
  readonly size: number | null
  /** Module that holds the function; null when the kernel image does, or the text does not say. */
  readonly module: string | null
  /** False for the `?` frames of a kernel log: found on the stack, perhaps left from an earlier call. */
  readonly reliable: boolean
}

/** Suffixes that GCC and LLVM append to copies of a function; they say nothing of what it does. */
const COMPILER_SUFFIX = /\.(?:isra|constprop|part|cold|llvm|lto_priv|localalias)(?:\.\d+)*/g

/** `put_files_struct.part.0` is `put_files_struct`: the name that people and signatures use. */
export function plainSymbol(symbol: string): string {
  return symbol.includes('.') ? symbol.replace(COMPILER_SUFFIX, '') : symbol
}
