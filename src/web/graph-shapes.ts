/** Size of a node's box. */
export type Box = { readonly width: number; readonly height: number }

type Shape = {
  /** Outline, as the `d` of a path, within the box. */
  readonly outline: (box: Box) => string
  /** Lines inside it that make the shape known; null for none. */
  readonly inner: ((box: Box) => string) | null
}

// A kind is known by its outline; `other` serves what a later diagnosis may add.
const SHAPES: Readonly<Record<string, Shape>> = {
  task: { outline: (box) => rounded(box, 8), inner: null },
  daemon: {
    outline: (box) => rounded(box, 3),
    inner: ({ width, height }) => `M7 0V${height}M${width - 7} 0V${height}`,
  },
  'pid-namespace': {
    outline: (box) => rounded(box, 16),
    inner: ({ width, height }) =>
      `M16 5H${width - 16}a11 11 0 0 1 11 11V${height - 16}a11 11 0 0 1-11 11H16a11 11 0 0 1-11-11V16A11 11 0 0 1 16 5z`,
  },
  'fuse-connection': {
    outline: ({ width, height }) =>
      `M14 0H${width - 14}L${width} ${height / 2}L${width - 14} ${height}H14L0 ${height / 2}z`,
    inner: null,
  },
  mount: {
    outline: ({ width, height }) =>
      `M4 0H64l9 8H${width - 4}a4 4 0 0 1 4 4V${height - 4}a4 4 0 0 1-4 4H4a4 4 0 0 1-4-4V4A4 4 0 0 1 4 0z`,
    inner: null,
  },
  device: {
    outline: ({ width, height }) =>
      `M0 6C0-2 ${width}-2 ${width} 6V${height - 6}C${width} ${height + 2} 0 ${height + 2} 0 ${height - 6}z`,
    inner: ({ width }) => `M0 6C0 14 ${width} 14 ${width} 6`,
  },
  lock: {
    outline: ({ width, height }) =>
      `M12 0H${width - 12}L${width} 12V${height - 12}L${width - 12} ${height}H12L0 ${height - 12}V12z`,
    inner: null,
  },
  server: {
    outline: (box) => rounded(box, 3),
    inner: ({ width, height }) => `M0 7H${width}M0 ${height - 7}H${width}`,
  },
}

const ALIASES: Readonly<Record<string, string>> = {
  'nfs-server': 'server',
  'rpc-server': 'server',
  disk: 'device',
  'block-device': 'device',
  kthread: 'task',
  worker: 'task',
  goroutine: 'task',
  connection: 'fuse-connection',
}

export function shapeOf(kind: string): Shape {
  return SHAPES[ALIASES[kind] ?? kind] ?? OTHER
}

/** The class of style of a kind, whatever it is called. */
export function kindClass(kind: string): string {
  const name = kind.toLowerCase().replace(/[^a-z0-9-]+/g, '-')
  return `kind-${name.slice(0, 40)}`
}

const OTHER: Shape = {
  outline: ({ width, height }) => `M10 0H${width}L${width - 10} ${height}H0z`,
  inner: null,
}

function rounded({ width, height }: Box, radius: number): string {
  const arc = (x: number, y: number) => `a${radius} ${radius} 0 0 1 ${x} ${y}`
  const across = width - 2 * radius
  const down = height - 2 * radius
  return `M${radius} 0h${across}${arc(radius, radius)}v${down}${arc(-radius, radius)}h-${across}${arc(-radius, -radius)}v-${down}${arc(radius, -radius)}z`
}
