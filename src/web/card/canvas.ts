import { GLYPH, glyphOf } from './font.ts'

export type Colour = readonly [red: number, green: number, blue: number]

/** A picture of few colours: one byte a dot, the number of its colour. */
export type Picture = {
  readonly width: number
  readonly height: number
  readonly colours: readonly Colour[]
  readonly dots: Uint8Array
}

type Place = { readonly x: number; readonly y: number }
type Box = Place & { readonly width: number; readonly height: number }

export function blankPicture(width: number, height: number, colours: readonly Colour[]): Picture {
  return { width, height, colours, dots: new Uint8Array(width * height) }
}

/** Fills a box with a colour, as far as it is in the picture. */
export function fill({ width, height, dots }: Picture, box: Box, colour: number): void {
  const right = Math.min(box.x + box.width, width)
  const bottom = Math.min(box.y + box.height, height)
  for (let y = Math.max(box.y, 0); y < bottom; y += 1) {
    dots.fill(colour, y * width + Math.max(box.x, 0), y * width + right)
  }
}

/** What hangs below the line. */
const DESCENDERS = 'gjpqy,;'

export type Writing = { readonly scale: number; readonly colour: number }

/** Writes one line; each dot of a character is a square of `scale`. */
export function write(picture: Picture, text: string, at: Place, { scale, colour }: Writing): void {
  let x = at.x
  for (const char of text) {
    const top = at.y + (DESCENDERS.includes(char) ? scale : 0)
    for (const [row, bits] of glyphOf(char).entries()) {
      for (let column = 0; column < GLYPH.width; column += 1) {
        if (((bits >> (GLYPH.width - 1 - column)) & 1) === 0) continue
        const dot = { x: x + column * scale, y: top + row * scale, width: scale, height: scale }
        fill(picture, dot, colour)
      }
    }
    x += advance(scale)
  }
}

/** From the beginning of one character to that of the next. */
export function advance(scale: number): number {
  return (GLYPH.width + 1) * scale
}

/** The words of a text in lines of so many characters; what is too much ends in dots. */
export function wrapped(text: string, charsMax: number, linesMax: number): readonly string[] {
  const lines: string[] = []
  if (linesMax === 1 && text.length > charsMax) return [`${text.slice(0, charsMax - 3)}...`]
  for (const word of text.split(' ').flatMap((one) => pieces(one, charsMax))) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= charsMax) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
    if (lines.length > linesMax) break
  }
  if (lines.length <= linesMax) return lines
  const shown = lines.slice(0, linesMax)
  const end = shown[linesMax - 1] ?? ''
  return [...shown.slice(0, -1), `${end.slice(0, charsMax - 3).trimEnd()}...`]
}

/** A word longer than a line is cut at its ends. */
function pieces(word: string, charsMax: number): readonly string[] {
  const count = Math.max(Math.ceil(word.length / charsMax), 1)
  return Array.from({ length: count }, (_, index) =>
    word.slice(index * charsMax, (index + 1) * charsMax),
  )
}
