import type { Caller, Labels, Role } from '../../model/access.ts'
import type { PageContext } from '../../web/layout.ts'
import type { Limited } from '../limited.ts'
import type { Services } from '../services.ts'

/** What a request for a page says. */
export type AskedPage = {
  readonly context: PageContext
  /** Parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** As `parseQuery` read it, not yet checked. */
  readonly query: unknown
  /** Name of the caller, for histories. */
  readonly who: string
  readonly caller: Caller
  /** What hosts must be labelled for the caller to see them; null: all are seen. */
  readonly labels: Labels | null
}

/** Who may come to a page or send a form. */
type Described = {
  readonly path: string
  /** Least role; absent: viewer for a page, editor for a form. */
  readonly needs?: Role
  /** How it keeps to the labels that a caller is limited to; absent: such callers are refused. */
  readonly limited?: Limited
}

/** One page: where it lives, and how it is made from the store. */
export type PageRoute = Described & {
  readonly show: (asked: AskedPage, services: Services) => Promise<string>
}

/** What a form leads to: on to a page of ours (status 303), or a page at once, about what `target` names. */
export type FormAnswer =
  | { readonly goTo: string }
  | { readonly status: number; readonly page: string; readonly target?: string }

/** One form without files: where it is sent to, and what it does. */
export type FormRoute = Described & {
  /** `body` is what was sent, not yet checked. */
  readonly act: (asked: AskedPage, body: unknown, services: Services) => Promise<FormAnswer>
}

/** Forms without script send every field, empty ones too: those say nothing. */
export function filled(query: unknown): Readonly<Record<string, unknown>> {
  const entries = Object.entries({ ...(typeof query === 'object' ? query : {}) })
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const values = [value].flat().filter((one) => one !== '')
      return values.length === 0 ? [] : [[name, Array.isArray(value) ? values : values[0]]]
    }),
  )
}
