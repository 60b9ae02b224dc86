import type { DiagnosedIncident, Severity } from '../../model/diagnosis.ts'
import type { Asked } from '../match/match.ts'

/** One step down: what a reboot has ended is worth a look, and nobody's sleep. Never a mere note. */
const LOWERED: Readonly<Record<Severity, Severity>> = {
  critical: 'high',
  high: 'medium',
  medium: 'low',
  low: 'low',
  info: 'info',
}

/** Whether a later panic of the host ended what a match is about. */
export function isVoid({ draft, situation }: Asked): boolean {
  if (situation.panic !== 'after') return false
  return !draft.anchors.some(({ reports }) => reports.some(({ kind }) => kind === 'panic'))
}

/** An incident told as what was, since the host panicked later: with nothing left to be run. */
export function beforePanic(incident: DiagnosedIncident): DiagnosedIncident {
  return {
    ...incident,
    severity: LOWERED[incident.severity],
    title: `${incident.title} (before the host panicked)`,
    summary: `This is how it stood before the kernel panicked; the panic and the reboot have ended it. ${incident.summary}`,
    advice: {
      ...incident.advice,
      steps: [
        {
          text: 'Nothing is to be healed here any more: after the panic these tasks and mounts are gone. Keep the bundle with the vmcore, and see whether the host comes to the same again.',
          command: null,
        },
      ],
    },
  }
}
