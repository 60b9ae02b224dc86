import type { Report } from '../../model/report.ts'
import type { Signature } from '../../model/signature.ts'
import { connectionsOf } from '../match/facts.ts'
import type { Cause } from '../match/group.ts'
import { type Asked, isTrue } from '../match/match.ts'
import type { Actor } from '../situation/actor.ts'
import { nameOf } from '../situation/actor.ts'
import { lastedSeconds, modulesOf, timesOf } from '../situation/reported.ts'

/** Names told one by one before the rest is counted. */
const NAMES_MAX = 3

/** `a, b and c`; `a, b, c and 7 more`. */
export function listed(names: readonly string[], most = NAMES_MAX): string {
  if (names.length > most)
    return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
  const last = names.at(-1) ?? 'none'
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}

/** Every value a text of a signature may name in braces, beside the names of its roles. */
export const VALUES: Readonly<Record<string, (cause: Cause, asked: Asked) => readonly string[]>> = {
  connection: (_cause, asked) => connectionsOf(asked).map(({ minor }) => String(minor)),
  mount: (_cause, asked) =>
    unique(
      connectionsOf(asked).flatMap(({ mounts }) => mounts.map(({ mountPoint }) => mountPoint)),
    ),
  waiting: (_cause, asked) =>
    connectionsOf(asked).flatMap(({ waiting }) => (waiting === null ? [] : [String(waiting)])),
  namespace: ({ match }) => (match.subject.kind === 'pid-namespace' ? [match.subject.id] : []),
  server: (_cause, { draft, situation }) =>
    unique(draft.anchors.flatMap((anchor) => situation.nfs.of(anchor)?.name ?? [])),
  'nfs-mount': (_cause, { draft, situation }) =>
    unique(
      draft.anchors.flatMap(
        (anchor) => situation.nfs.of(anchor)?.mounts.map(({ mountPoint }) => mountPoint) ?? [],
      ),
    ),
  device: (_cause, { draft, situation }) =>
    unique(draft.anchors.flatMap((anchor) => situation.devices.of(anchor) ?? [])),
  function: ({ match }) =>
    unique(match.anchors.flatMap(({ wait }) => (wait === null ? [] : [wait.function]))),
  class: ({ match }) =>
    unique(match.anchors.flatMap(({ wait }) => (wait === null ? [] : [wait.class]))),
  context: ({ match }) =>
    unique(match.anchors.flatMap(({ wait }) => (wait === null ? [] : [wait.context]))),
  /** When the first and the last report came. */
  when: ({ match }, { situation }) => {
    const times = timesOf(match.anchors, situation.snapshot)
    const [first, last = first] = [times[0], times.at(-1)]
    if (first === undefined || last === undefined) return []
    return [first === last ? `at ${first}` : `from ${first} to ${last}`]
  },
  lasted: ({ match }) => {
    const seconds = lastedSeconds(match.anchors)
    return seconds === null ? [] : [String(seconds)]
  },
  module: ({ match }) => unique(match.anchors.flatMap(modulesOf)),
  victims: ({ victims }) => [counted(victims.length, 'other task')],
  seconds: ({ match }) => secondsOf(match.anchors),
  title: ({ match }) =>
    unique(match.anchors.flatMap(({ reports }) => reports.map(titleOf))).slice(0, 1),
  object: ({ match }) =>
    unique(match.anchors.flatMap(({ reports }) => reports.flatMap(({ object }) => object ?? []))),
  'daemon.tgid': (_cause, asked) =>
    unique(connectionsOf(asked).flatMap(({ daemons }) => daemons.map(({ tgid }) => String(tgid)))),
  'daemon.group': (_cause, asked) =>
    unique(
      connectionsOf(asked)
        .flatMap(({ daemons }) => daemons.flatMap(({ actors }) => actors.slice(0, 1)))
        .map(groupName),
    ),
  'daemon.state': (_cause, asked) =>
    unique(connectionsOf(asked).flatMap(({ daemons }) => daemons.map(({ state }) => state))),
  'daemon.function': (_cause, asked) =>
    unique(
      connectionsOf(asked).flatMap(({ daemons }) =>
        daemons.flatMap(({ blockedActor }) => blockedActor?.wait?.function ?? []),
      ),
    ),
}

/** The kernel ends a line that announces a list with a colon, and some with a bang. */
function titleOf({ title }: Report): string {
  return title.replace(/[\s:.!]+$/, '')
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}

/** The longest that a report or a dump says any of them has waited. */
function secondsOf(anchors: readonly Actor[]): readonly string[] {
  const seconds = anchors.flatMap(({ progress, reports }) => [
    ...(progress !== null && progress.kind !== 'moving' ? [progress.seconds] : []),
    ...reports.map((report) => report.seconds),
  ])
  const known = seconds.flatMap((each) => each ?? [])
  return known.length === 0 ? [] : [String(Math.max(...known))]
}

const PLACEHOLDER = /\{([a-z][\w.-]*)\}/g

/** Sentences whose condition holds, filled in and joined. */
export function fillAll(sentences: Signature['summary'], cause: Cause, asked: Asked): string {
  return sentences
    .filter(({ when }) => when === null || isTrue(when, asked))
    .map(({ text }) => fill(text, cause, asked))
    .join(' ')
}

/** A sentence with its braces filled in; `unknown` where the bundle does not tell. */
export function fill(text: string, cause: Cause, asked: Asked): string {
  return text.replace(PLACEHOLDER, (_all, name: string) => {
    const values = valuesOf(name, cause, asked)
    return values.length === 0 ? 'unknown' : listed(values)
  })
}

/** What `{role.tid}` and the like say of the tasks of a role. */
export const OF_ROLE: Readonly<Record<string, (actors: readonly Actor[]) => readonly string[]>> = {
  count: (actors) => [String(actors.length)],
  /** By thread group: eight threads of one daemon are one daemon. */
  group: (actors) => unique(actors.map(groupName)),
  tid: (actors) =>
    unique(actors.flatMap(({ task: { tid } }) => (tid === null ? [] : [String(tid)]))),
  /** Of one of them, where one shows it all. */
  first: (actors) =>
    actors
      .flatMap(({ task: { tid } }) => tid ?? [])
      .slice(0, 1)
      .map(String),
  tgid: (actors) =>
    unique(actors.flatMap(({ task: { tgid } }) => (tgid === null ? [] : [String(tgid)]))),
}

function groupName(actor: Actor): string {
  const { tgid, comm } = actor.task
  return tgid === null ? nameOf(actor) : `${comm ?? 'a task'} (thread group ${tgid})`
}

function valuesOf(name: string, cause: Cause, asked: Asked): readonly string[] {
  const [roleName = '', detail] = name.split('.')
  const role = cause.match.roles.get(roleName)
  if (role && detail === undefined) return unique(role.map(nameOf))
  const ofRole = detail === undefined ? undefined : OF_ROLE[detail]
  // A daemon that waits for itself is an anchor, and so not in the role of the daemon.
  const told = role && ofRole ? ofRole(role) : []
  return told.length > 0 ? told : (VALUES[name]?.(cause, asked) ?? [])
}

/** A command for each of fifty stuck tasks helps nobody; the first few show how it goes. */
const COMMANDS_MAX = 4

/**
 * A command once for each value of a placeholder that has several. Null when a value it needs is
 * not in the bundle: a command with a guess in it is worse than none. Each value is put in once
 * and never read again, so that what a host calls itself cannot change the command.
 */
export function fillCommands(
  command: string,
  cause: Cause,
  asked: Asked,
): readonly string[] | null {
  const names = unique([...command.matchAll(PLACEHOLDER)].map(([, name = '']) => name))
  let choices: readonly ReadonlyMap<string, string>[] = [new Map()]
  for (const name of names) {
    const values = valuesOf(name, cause, asked)
    if (values.length === 0) return null
    choices = choices
      .flatMap((choice) => values.map((value) => new Map([...choice, [name, shellSafe(value)]])))
      .slice(0, COMMANDS_MAX)
  }
  return unique(
    choices.map((choice) =>
      command.replace(PLACEHOLDER, (whole, name: string) => choice.get(name) ?? whole),
    ),
  )
}

/** Mount points and the like come from the host: quoted, they cannot add a command of their own. */
function shellSafe(value: string): string {
  return /^[\w./:@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}
