import type { Severity, SubjectKind } from './diagnosis.ts'
import type { Event } from './report.ts'
import type { TaskState } from './task.ts'
import type { WaitClass, WaitContext } from './wait.ts'

/** What a signature may ask of one task. */
export type Conditions = {
  /** Functions that stand on the stack in this order, innermost first; gaps are allowed. */
  readonly frames: readonly string[]
  /** At least one of these functions stands on the stack. */
  readonly anyFrame: readonly string[]
  /** None of these functions stands on the stack. */
  readonly noFrame: readonly string[]
  readonly class: readonly WaitClass[]
  readonly notClass: readonly WaitClass[]
  readonly function: readonly string[]
  readonly context: readonly WaitContext[]
  readonly state: readonly TaskState[]
  readonly event: readonly Event[]
  readonly exiting: boolean
  /** It waits for something, and is not merely idle. */
  readonly blocked: boolean
  /** The input alone proves that it does not move: a kernel report, or two equal samples. */
  readonly proven: boolean
  /** Two samples show that it ran in between, or it is younger than any hang worth the name. */
  readonly moving: boolean
  /** Exiting and blocked on the way, while its zombie leader waits to be reaped. */
  readonly unreapable: boolean
  /** Number of a signal that waits to be delivered, to it or to its thread group. */
  readonly pendingSignal: number
  readonly kthread: boolean
  /** Its name is one of these; a trailing `*` stands for any rest. */
  readonly comm: readonly string[]
  /** A task of the input, an event of the log, a report that no longer holds, or a goroutine. */
  readonly kind: readonly ('task' | 'event' | 'history' | 'goroutine')[]
  /** Some file of it could not be read. */
  readonly unreadable: boolean
  /** Known from a text rather than from files of /proc. */
  readonly pasted: boolean
}

/** Every condition given must hold; none given means any task. */
export type TaskWhere = { readonly [Name in keyof Conditions]?: Conditions[Name] }

/** One part in the play: tasks found by a relation to another role, that also meet conditions. */
export type Role = {
  readonly name: string
  /** Row of RELATIONS; null for the first role, which is looked for among all tasks. */
  readonly relation: string | null
  /** The role it is related to; the first one unless said. */
  readonly of: string | null
  readonly where: TaskWhere
  /** What a task in this role proves, as its evidence says it. */
  readonly says: string | null
}

/** A condition on a whole match. */
export type Clause =
  | { readonly has: string }
  | { readonly lacks: string }
  /** Some task of the role meets the conditions. */
  | { readonly some: string; readonly where: TaskWhere }
  /** A row of FACTS holds for the match. */
  | { readonly fact: string }
  | { readonly any: readonly Clause[] }
  | { readonly all: readonly Clause[] }
  | { readonly not: Clause }

/** Words that appear only when a clause holds; `{role}`, `{connection}` and the like are filled in. */
export type SignatureStep = {
  readonly when: Clause | null
  readonly text: string
  readonly command: string | null
}

/** How a finding is called, and how grave it is, where a clause tells more than the shape does. */
export type Variant = {
  readonly when: Clause
  /** Null: the signature's own. */
  readonly title: string | null
  readonly severity: Severity | null
}

/** What to look for, what it means and what heals it: data, never code. */
export type Signature = {
  readonly id: string
  /** Raised when a change alters what it fires on. */
  readonly version: number
  readonly title: string
  readonly severity: Severity
  /** The first whose clause holds counts. */
  readonly variants: readonly Variant[]
  /** What goes wrong, for a person who has not seen it before. */
  readonly why: string
  /** Kernel file and function it is read from. */
  readonly source: string
  /** Without the distinguishing stack: fires for each task that nothing else explains. */
  readonly last: boolean
  readonly roles: readonly Role[]
  /** All clauses of a list must hold; the best verdict that holds is given; none: silent. */
  readonly verdicts: {
    readonly confirmed: readonly Clause[] | null
    readonly likely: readonly Clause[] | null
    readonly possible: readonly Clause[] | null
  }
  readonly subject: SubjectKind
  /** Signatures whose incidents of the same cause are part of this one's. */
  readonly subsumes: readonly string[]
  /** Name of a file of `kernels/`; null when no kernel record bears on it. */
  readonly kernel: string | null
  /** One paragraph: each sentence alone, or under a condition. */
  readonly summary: readonly { readonly when: Clause | null; readonly text: string }[]
  readonly missing: readonly { readonly unless: Clause; readonly says: string }[]
  readonly steps: readonly SignatureStep[]
}

/** Which kernels have a defect, as intervals with holes, each boundary with its commit. */
export type KernelRecord = {
  readonly id: string
  readonly title: string
  /** In ascending order, not overlapping; `before` is exclusive. */
  readonly intervals: readonly {
    readonly from: string
    readonly before: string | null
    readonly affected: boolean
    /** Commit and release that make the boundary. */
    readonly source: string
    readonly says: string
  }[]
  /** First release from which it is fixed for good; null while there is none. */
  readonly fixedIn: string | null
}

/** Every signature in force, and the kernel records they name. */
export type Catalogue = {
  readonly signatures: readonly Signature[]
  readonly kernels: ReadonlyMap<string, KernelRecord>
}
