import type { Why } from '../../diagnose/diagnose.ts'
import { visible } from '../paint.ts'

/** What `analyze --why` says of one task: what it waits for, and which signatures came closest. */
export function whyText(why: Why | null, tid: string): string {
  if (why === null) return `The input shows no task ${tid}.\n`
  const { task, incidents, nearMisses } = why
  const { waitsOn } = task
  const waits =
    waitsOn === null
      ? 'waits for nothing that its stack shows'
      : `${waitsOn.blocked ? 'waits' : 'rests'} in ${waitsOn.function} (${waitsOn.class}, ${waitsOn.context})`
  const lines = [
    `${visible(task.comm ?? 'a task')} (tid ${tid}), State ${task.state ?? 'unknown'}, ${waits}.`,
    incidents.length > 0 ? `It is part of: ${incidents.join(', ')}.` : 'It is part of no incident.',
    nearMisses.length > 0
      ? 'Closest signatures, and what of each did not hold:'
      : 'No signature came close.',
    ...nearMisses.flatMap(({ signature, failed }) => [
      `  ${signature}`,
      ...failed.map((clause) => `    - ${clause}`),
    ]),
  ]
  return `${lines.join('\n')}\n`
}
