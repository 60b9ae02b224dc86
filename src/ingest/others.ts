import { hasLabels, type Labels } from '../model/access.ts'
import { Problem } from '../model/problem.ts'

/**
 * Keeps whoever is limited to labels away from what is known without them: by telling of a host
 * they would learn what is known of it, and take it from those who see it.
 * @throws {Problem} host-of-others
 */
export function refuseOthers(known: Labels, limitedTo: Labels | undefined): void {
  if (limitedTo === undefined || hasLabels(known, limitedTo)) return
  throw new Problem('host-of-others', {
    detail:
      'Send it with a token that is not limited, or have an admin label the host: its last snapshot says what it is labelled.',
    labels: Object.entries(limitedTo).map(([name, value]) => `${name}=${value}`),
  })
}
