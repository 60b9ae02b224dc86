import type { Response } from 'express'
import { PROBLEMS, type ProblemKind } from '../model/problem.ts'

/** Tells a client whose request got no access how it is had. Source: RFC 6750, section 3. */
export function challenge(response: Response, kind: ProblemKind): void {
  if (PROBLEMS[kind].status !== 401) return
  const error = kind === 'token-invalid' ? ', error="invalid_token"' : ''
  response.set('WWW-Authenticate', `Bearer realm="Hangar"${error}`)
}
