/** What an access token allows; each role may do all that those before it may, save that a collector only uploads. */
export const ROLES = ['collector', 'viewer', 'editor', 'admin'] as const
export type Role = (typeof ROLES)[number]
