/** A cell as it comes: null is an empty one. */
export type CsvCell = string | number | null

/** Columns of a table, each by its name, in order. */
export type CsvColumns<Row> = Readonly<Record<string, (row: Row) => CsvCell>>

export const CSV_TYPE = 'text/csv; charset=utf-8'

/** RFC 4180 text of a table, a page of rows at a time; begins with the names of the columns. */
export async function* csvOf<Row>(
  columns: CsvColumns<Row>,
  pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
): AsyncGenerator<string> {
  yield lineOf(Object.keys(columns))
  const cells = Object.values(columns)
  for await (const rows of pages) {
    yield rows.map((row) => lineOf(cells.map((cell) => cell(row)))).join('')
  }
}

function lineOf(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`
}

// Spreadsheets take text that begins so for a formula, and run it: hosts write these texts.
const FORMULA = /^[=+\-@\t\r]/

function cellText(cell: CsvCell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
