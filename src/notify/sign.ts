import { createHmac, randomBytes } from 'node:crypto'

/** A secret to sign with: 256 random bits behind a prefix that tells what it is. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`
}

/**
 * What a receiver checks: HMAC-SHA256 by the secret over `<t>.<body>`, with `t` the second of this
 * attempt, so that a message that somebody repeats later shows its age.
 */
export function signatureOf(secret: string, body: string, atMs: number): string {
  const t = Math.floor(atMs / 1000)
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  return `t=${t},v1=${v1}`
}
