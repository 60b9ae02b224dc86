/**
 * Reads four bytes at once, wherever they stand. The view of the memory under the bytes is kept from
 * call to call: a chunk holds thousands of files.
 */
export function wordView(bytes: Buffer): DataView {
  if (lastView.buffer !== bytes.buffer) lastView = new DataView(bytes.buffer)
  return lastView
}

let lastView: DataView = new DataView(new ArrayBuffer(0))
