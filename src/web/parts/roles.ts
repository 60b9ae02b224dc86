/** What a role of a signature is in the play: the cause, one who suffers, or one who has to be there. */
export type Part = 'culprit' | 'victim' | 'other'

// Signatures name their roles by what the tasks do; these names are the cause or its victims.
const CULPRITS: readonly string[] = [
  'culprit',
  'flusher',
  'leaf',
  'daemon',
  'owner',
  'oops',
  'panic',
  'unread',
]
const VICTIMS: readonly string[] = ['victim', 'waiter', 'blocked', 'witness', 'call']

export function partOf(role: string): Part {
  if (CULPRITS.includes(role)) return 'culprit'
  return VICTIMS.includes(role) ? 'victim' : 'other'
}

/** Order of tables: who is to blame, who has to be there, who suffers. */
const RANKS: Readonly<Record<Part, number>> = { culprit: 0, other: 1, victim: 2 }

export function byPart(one: { readonly role: string }, other: { readonly role: string }): number {
  return RANKS[partOf(one.role)] - RANKS[partOf(other.role)]
}
