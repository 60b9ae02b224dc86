/** How loudly a line of a stack speaks. */
export type Tone = 'telling' | 'plain' | 'quiet'

/** A piece of a report; every text is as the input had it, not yet safe to show. */
export type Block =
  | { readonly kind: 'title'; readonly text: string; readonly facts: readonly string[] }
  | {
      readonly kind: 'incident'
      readonly severity: string
      readonly verdict: string
      readonly title: string
      readonly signature: string
    }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }
  | {
      readonly kind: 'stack'
      readonly of: string
      readonly lines: readonly { readonly text: string; readonly tone: Tone }[]
    }
  | {
      readonly kind: 'evidence'
      readonly place: string
      readonly text: string
      readonly says: string
    }
  | {
      readonly kind: 'steps'
      readonly steps: readonly { readonly text: string; readonly command: string | null }[]
    }
  | { readonly kind: 'verdict'; readonly text: string; readonly isGood: boolean }
