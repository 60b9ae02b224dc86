import type { Request, Response } from 'express'
import type { ServeSettings } from './services.ts'

// The session's cookie: scripts cannot read it, other sites' forms do not carry it.

/** What the cookie of a signed-in browser holds; null where there is none. */
export function sessionOf(request: Request, config: ServeSettings): string | null {
  const wanted = `${nameOf(config)}=`
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const text = pair.trim()
    if (text.startsWith(wanted)) return text.slice(wanted.length) || null
  }
  return null
}

export function setSession(
  response: Response,
  config: ServeSettings,
  secret: string,
  expires: Date,
): void {
  response.cookie(nameOf(config), secret, { ...attributesOf(config), expires })
}

export function clearSession(response: Response, config: ServeSettings): void {
  response.clearCookie(nameOf(config), attributesOf(config))
}

function attributesOf(config: ServeSettings) {
  return { httpOnly: true, sameSite: 'lax', secure: isTls(config), path: '/' } as const
}

/** Browsers take a name that begins with `__Host-` from this very host over TLS alone. */
function nameOf(config: ServeSettings): string {
  return isTls(config) ? '__Host-hangar' : 'hangar'
}

function isTls({ publicUrl }: ServeSettings): boolean {
  return publicUrl?.startsWith('https:') ?? false
}
