import { type Html, html, type Inserted } from '../html.ts'

/** One column: its heading, and what stands in it for an item. */
export type Column<Item> = {
  readonly head: string
  readonly isNumber?: boolean
  readonly cell: (item: Item) => Inserted
}

export type Table<Item> = {
  /** What the table is, for those who hear it; null where a heading stands right above. */
  readonly caption: string | null
  readonly columns: readonly Column<Item>[]
  readonly items: readonly Item[]
  /** Class of an item's row. */
  readonly rowClass?: (item: Item) => string
}

/** A table in its own box, which scrolls sideways where the screen is narrow. */
export function dataTable<Item>(table: Table<Item>): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${table.caption ?? 'Table'}"><table>${
    table.caption === null ? null : html`<caption class="unseen">${table.caption}</caption>`
  }
<thead><tr>${table.columns.map(headCell)}</tr></thead>
<tbody>${table.items.map((item) => tableRow(table, item))}</tbody>
</table></div>`
}

function headCell<Item>({ head, isNumber }: Column<Item>): Html {
  return html`<th scope="col"${isNumber ? NUMBER : null}>${head}</th>`
}

function tableRow<Item>({ columns, rowClass }: Table<Item>, item: Item): Html {
  return html`
<tr class="${rowClass?.(item) ?? ''}" data-row>${columns.map(
    ({ isNumber, cell }) => html`<td${isNumber ? NUMBER : null}>${cell(item)}</td>`,
  )}</tr>`
}

const NUMBER = html` class="number"`
