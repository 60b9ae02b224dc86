const BAR = 24
const REDRAW_MS = 100
const MIB = 1024 * 1024

/** One line on a terminal that is drawn over; nothing at all in a pipe. */
export type Progress = {
  readonly show: (sentBytes: number, sizeBytes: number | null) => void
  readonly say: (text: string) => void
  readonly clear: () => void
}

export function createProgress(name: string, write: (text: string) => void): Progress {
  let drawnAt = Number.NEGATIVE_INFINITY
  const draw = (text: string) => write(`\r\x1b[2K${name}  ${text}`)
  return {
    show(sentBytes, sizeBytes) {
      const now = performance.now()
      if (now - drawnAt < REDRAW_MS && sentBytes !== sizeBytes) return
      drawnAt = now
      draw(progressText(sentBytes, sizeBytes))
    },
    say: draw,
    clear: () => write('\r\x1b[2K'),
  }
}

export const QUIET: Progress = { show: () => {}, say: () => {}, clear: () => {} }

function progressText(sentBytes: number, sizeBytes: number | null): string {
  const sent = `${(sentBytes / MIB).toFixed(1)} MiB`
  if (sizeBytes === null || sizeBytes === 0) return sent
  const part = Math.min(1, sentBytes / sizeBytes)
  const bar = '#'.repeat(Math.round(part * BAR)).padEnd(BAR, '.')
  return `[${bar}] ${Math.floor(part * 100)} %  ${sent}`
}
