import type { Label } from '../log/shape.ts'

/** A path below /proc that a text names. */
export type ProcPath = Label & {
  readonly kind: string
  /** What stands behind `path:` on the line, as `grep` prints it; null without a colon. */
  readonly value: string | null
}

const KINDS = 'stack|status|comm|wchan|syscall|stat|cgroup|cmdline|environ|maps|limits|sched'
const PATH = new RegExp(
  String.raw`(?<![\w.-])(?:\.?/)?proc/(?<pid>\d{1,9}|self|thread-self|\*|[$][\w{}()]{1,40}|\[[^\]/]{1,20}\]\*?)(?:/task/(?<task>\d{1,9}|\*|[$][\w{}()]{1,40}))?/(?<kind>${KINDS})\b`,
  'g',
)

/** A command names more paths than these only by a pattern. */
const PATHS_MAX = 64

/** Every path of /proc/<pid> that a line names, in order. */
export function pathsIn(line: string): readonly ProcPath[] {
  if (!line.includes('proc/')) return NONE
  const paths: ProcPath[] = []
  for (const { groups = {}, index, 0: whole } of line.matchAll(PATH)) {
    const rest = line.slice(index + whole.length)
    const tid = numberOf(groups['task'] ?? groups['pid'])
    const tgid = groups['task'] === undefined ? null : numberOf(groups['pid'])
    const value = index <= 1 && rest.startsWith(':') ? rest.replace(/^:(?:\d{1,5}:)?/, '') : null
    paths.push({ tgid, tid, kind: groups['kind'] ?? '', value })
    if (value !== null || paths.length >= PATHS_MAX) break
  }
  return paths
}

const NONE: readonly ProcPath[] = []

function numberOf(digits: string | undefined): number | null {
  return digits !== undefined && /^\d+$/.test(digits) ? Number(digits) : null
}

/** Lines that name a task above its stack, as scripts and people print them. */
const HEADINGS: readonly { readonly example: string; readonly shape: RegExp }[] = [
  {
    example: 'prog.stack_trace(4711)',
    shape: /^(?:[\w.]{1,40} ?= ?)?(?:[\w.]{1,40}\.)?stack_trace\((?<tid>\d{1,8})\)/,
  },
  { example: 'crash> bt 4711', shape: /^(?:crash> ?)?bt(?: -\w+)* (?<tid>\d{1,8})$/ },
  {
    example: '== /proc/2070/task/2071 nfsd',
    shape:
      /^[=\-#*:> ]{0,10}\/?proc\/(?<tgid>\d{1,8})(?:\/task\/(?<tid>\d{1,8}))?\/?(?:[ :,]{1,3}(?:comm[=: ]{1,2})?\(?(?<comm>[^()\s]{1,40})\)?)?[ :=\-#*<]{0,10}$/,
  },
  // What stands behind the name is a wait channel, or the rest of a name with spaces: nobody knows.
  {
    example: '/proc/2070/task/2071: tokio rt 0',
    shape:
      /^[=\-#*:> ]{0,10}\/?proc\/(?<tgid>\d{1,8})(?:\/task\/(?<tid>\d{1,8}))?\/?[ :,]{1,3}(?!\/)\S/,
  },
  { example: '2070', shape: /^[=\-#* ]{0,10}(?<tid>\d{1,8}) ?[=\-#*: ]{0,10}$/ },
  {
    example: 'PID 2070 (nfsd):',
    shape:
      /^[=\-#* ]{0,10}(?:pid|tid|process|thread|task|lwp|proc)[ :=#]{1,3}(?<tid>\d{1,8})(?:[ ,:]{1,3}(?:comm[=: ]{1,2})?\(?(?<comm>[^()]{1,40}?)\)?)?[ :=\-#*]{0,10}$/i,
  },
  {
    example: '2070 (nfsd):',
    shape:
      /^[=\-#* ]{0,10}(?<tid>\d{1,8}) \(?(?<comm>(?![\da-f]{1,8}\b)[A-Za-z][^()\s]{0,40})\)?[ :=\-#*]{0,10}$/,
  },
  {
    example: 'nfsd (2070):',
    shape:
      /^[=\-#* ]{0,10}(?<comm>[A-Za-z][^()\s]{0,40}) ?[([/](?:pid:? ?)?(?<tid>\d{1,8})[)\]]?[ :=\-#*]{0,10}$/,
  },
]

/** A task that a line on its own names; null for other lines. It counts only right above a stack. */
export function headingOf(
  line: string,
): { readonly label: Label; readonly comm: string | null } | null {
  if (line.length > 120) return null
  for (const { shape } of HEADINGS) {
    const groups = shape.exec(line)?.groups
    if (!groups) continue
    const { tgid, tid, comm = null } = groups
    // The folder of a task stands below /proc too, with no word on its thread group.
    const label = { tgid: tid === undefined ? null : numberOf(tgid), tid: numberOf(tid ?? tgid) }
    return { label, comm }
  }
  return null
}

/** `# `, `$ `, `root@host:~# `, `[root@host dir]$ `, `bash-5.1# `, `% `, `host:/dir> `: a shell's prompt with a command. */
const PROMPT =
  /^(?:[#$%] (?=\S)|\[[^\]]{1,80}\] ?[#$%] |[\w.-]{1,64}@[\w.-]{1,64}[^#$%>]{0,80}[#$%>] |(?:sh|bash|zsh)-[\d.]{1,8}[#$] |root:[^#$]{1,80}[#$] )/

export function isPrompt(line: string): boolean {
  return PROMPT.test(line)
}

/** A name between two stacks, as `cat /proc/$p/comm /proc/$p/stack` prints them in a loop. */
const NAME_BETWEEN = /^ *\[<\w{1,16}>\] ?[\w.]{1,200}\+0x.{0,200}\n(?=(?:\S{1,64}\n){1,16} *\[<)/gm
const NAMES_MIN = 2

/** True when the one word above each stack of a text is its task's name. */
export function hasNamesAbove(text: string): boolean {
  return (text.match(NAME_BETWEEN)?.length ?? 0) >= NAMES_MIN
}

/** The name that stands alone on a line; null where the line is something else. */
export function loneName(line: string): string | null {
  return /^\S{1,64}$/.test(line) ? line : null
}
