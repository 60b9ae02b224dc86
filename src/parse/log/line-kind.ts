import type { Frame } from '../../model/frame.ts'
import { isEndOfStack, isUnnamedFrame, parseCaller, parseFrame } from '../frame-line.ts'

/** Which stack of a report a frame stands in: the kernel marks where an interrupt's begins. */
export type Section = 'task' | 'irq' | 'nmi'

/** What one line, without its prefix, is to a stack. Lines of the same text share the object. */
export type LineKind =
  /** A frame; `caller` is what an arm32 line names beside it. */
  | {
      readonly what: 'frame'
      readonly frames: readonly Frame[]
      readonly text: string
      readonly caller: Frame | null
      readonly section: Section | null
      readonly first: boolean
    }
  /**
   * `<IRQ>`, `</NMI>`: what follows stands in that section. crash's `--- <IRQ stack> ---` closes: it
   * is what stands above that does.
   */
  | { readonly what: 'section'; readonly section: Section; readonly closes: boolean }
  /** `Call Trace:`; `first` is the frame that kernels before 2.6 put behind it. */
  | { readonly what: 'opener'; readonly first: FrameLine | null }
  /** An end marker, `</TASK>`: no frame of this stack follows. */
  | { readonly what: 'end' }
  /** Belongs to a stack, says nothing of it: `0xffffffffc05f9000`, `Stack:` and its words, registers. */
  | { readonly what: 'filler' }
  /** `blk_mq_get_tag` alone: a frame where a trace was announced, as changelogs quote it. */
  | { readonly what: 'word'; readonly frame: FrameLine }
  /** `[btrfs]` alone: a mail program broke the line before the module of the frame. */
  | { readonly what: 'module' }
  /** `[<ffffffffc0188195>]` alone: a mail program broke the line before the name. */
  | { readonly what: 'wrapped' }
  /** A line that looks like a frame and is none that is known. */
  | { readonly what: 'torn' }

export type FrameLine = Extract<LineKind, { what: 'frame' }>

const OPENER =
  /^(?:Call [Tt]race(?: ?:|$)|Backtrace ?:|Call Trace\(.*\) ?:|Trace ?:|stack backtrace ?:|\[[^\]]*\] ?Call Trace ?:)(?<rest>.*)$/
const SECTION_MARK =
  /^(?:--- ?)?<(?<end>\/|EO|<EO)?#?(?<name>[A-Za-z_0-9 ]*)>{1,2}(?: ?---)?(?<rest>.*)$/
const INTERRUPTS = /^(?:IRQ|SOFTIRQ|IRQ stack|SOFTIRQ stack|interrupt.*)$/
const EXCEPTIONS = /^(?:NMI|MCE|DF|DB|VC|NMI exception stack|.* exception stack)$/
// ppc64 and s390: the frames below are those of what was interrupted.
const INTERRUPTED = /^(?:---? )?(?:interrupt: [\da-f]+|Exception: [\da-f]+)/

/** What a line is to a stack; null when it is nothing that belongs to one. */
export function lineKindOf(line: string): LineKind | null {
  if (line.includes('+') || line.includes('[') || line.startsWith('#')) return frameKindOf(line)
  if (line === '?') return { what: 'wrapped' }
  return markKindOf(line) ?? wordKindOf(line)
}

function wordKindOf(line: string): LineKind | null {
  const frame = WORD.test(line) ? parseFrame(`[<0>] ${line}`) : null
  return frame && { what: 'word', frame: frameLine(line, [frame], null) }
}

// One C identifier that has an underscore or is one of the few without that stand in stacks.
const WORD =
  /^(?:\? )?(?=[a-z_]\w*_|_|schedule|io_schedule|kthread|evict|dput|iput|mmput|panic|msleep|notify_change|dump_stack|lock_page)[A-Za-z_][\w.]{3,100}(?:\(\))?(?: \[[\w-]+\])?$/

function frameKindOf(line: string): LineKind | null {
  const frames = framesOf(line)
  if (frames.length > 0) return frameLine(line, frames, null)
  if (isEndOfStack(line)) return { what: 'end' }
  if (isUnnamedFrame(line)) return { what: 'filler' }
  if (WRAPPED.test(line)) return { what: 'wrapped' }
  if (MODULE_ALONE.test(line)) return { what: 'module' }
  const mark = markKindOf(line)
  if (mark) return mark
  return TORN.test(line) ? { what: 'torn' } : null
}

const WRAPPED = /^(?:\(?\[<[\da-f]+>\]|(?:\[[\da-f]{8,16}\] *){1,2})(?: \?)?$/
const MODULE_ALONE = /^\[[a-z_][\w-]{1,55}(?: [\da-f]{8,40})?\]$/
const TORN = /^(?:\[<[\da-f]+>\]|\? )?[^ ]*\+0x[\da-f]*(?:\/(?:0x)?[\da-f]*)?$/

function frameLine(text: string, frames: readonly Frame[], section: Section | null): FrameLine {
  const caller = parseCaller(text)
  // crash, drgn and gdb number the frames of each task from 0.
  return { what: 'frame', frames, text, caller, section, first: /^#0\b/.test(text) }
}

// What can begin a mark, an end or the words of a raw stack; heads of reports begin with other letters.
const MARK_FIRST = '<-CBEiTs[(?0123456789abcdef'

function markKindOf(line: string): LineKind | null {
  if (!MARK_FIRST.includes(line.charAt(0))) return null
  if (line.startsWith('<') || line.startsWith('--- <')) return sectionKindOf(line)
  if (INTERRUPTED.test(line)) return { what: 'section', section: 'task', closes: false }
  const rest = OPENER.exec(line)?.groups?.['rest']?.trim()
  if (rest !== undefined) return openerOf(rest)
  if (isEndOfStack(line)) return { what: 'end' }
  return isUnnamedFrame(line) || isStackWords(line) ? { what: 'filler' } : null
}

function openerOf(rest: string): LineKind {
  const frames = framesOf(rest)
  return { what: 'opener', first: frames.length > 0 ? frameLine(rest, frames, null) : null }
}

/** ` <IRQ>  [<ffffffff8100>] f+0x1/0x2` (before v4.9) and ` <IRQ>` alone. */
function sectionKindOf(line: string): LineKind | null {
  const mark = SECTION_MARK.exec(line)?.groups
  if (!mark) return frameKindOfBraces(line)
  const section = sectionOf(mark['end'] !== undefined, mark['name'] ?? '')
  const rest = (mark['rest'] ?? '').trim()
  if (rest === '') {
    return mark['end'] === '/' && mark['name'] === 'TASK'
      ? { what: 'end' }
      : { what: 'section', section, closes: line.startsWith('---') }
  }
  const frames = framesOf(rest)
  return frames.length > 0 ? frameLine(rest, frames, section) : null
}

function sectionOf(isEnd: boolean, name: string): Section {
  if (isEnd) return 'task'
  if (EXCEPTIONS.test(name)) return 'nmi'
  return INTERRUPTS.test(name) ? 'irq' : 'task'
}

function frameKindOfBraces(line: string): LineKind | null {
  const frames = framesOf(line)
  return frames.length > 0 ? frameLine(line, frames, null) : null
}

const BRACED = /\[?<[\da-f]+>\]? *\{[^}]*\}/g
const BRACKETED = /\[<[\da-f]+>\] +[\w.$]+\+0x[\da-f]+\/0x[\da-f]+(?: \[\w+\])?/g

/** The frames of a line: one, but for kernels before 2.6.17, which printed as many as fit. */
function framesOf(line: string): Frame[] {
  if (line.length > 1024) return []
  const several = line.match(BRACED) ?? line.match(BRACKETED)
  if (several && several.length > 1) return several.flatMap((part) => parseFrame(part) ?? [])
  const frame = parseFrame(line)
  return frame ? [frame] : []
}

/** Words of the raw stack, `ffff8800b901f990 ffffffff835a8e78`, and values that a mail program wrapped. */
function isStackWords(line: string): boolean {
  return /^[\da-f]{8,16}(?: [\da-f]{8,16}){0,7}$|^[\da-f]{6,40}\]$/.test(line)
}
