import { BlockList, isIP } from 'node:net'
import { ROLES, type Role } from '../model/access.ts'

/** A proxy in front that asks who is there, and says so in a header. */
export type TrustedProxy = {
  /** In lower case, as Node names headers; null: proxies only pass on the client's address. */
  readonly userHeader: string | null
  readonly roleOf: (user: string) => Role
  readonly isTrusted: (address: string | undefined) => boolean
}

/** The settings' texts. */
export type ProxySettings = {
  readonly proxyUserHeader?: string | null
  /** Role of everybody whom the proxy names. */
  readonly proxyRole?: string
  /** `ann=admin,bob=editor`: who has another. */
  readonly proxyRoles?: string | null
  /** Addresses and networks, with commas between. */
  readonly trustedProxies?: string | null
}

const HEADER_NAME = /^[a-z0-9-]+$/
/** Headers that mean something else, or that clients and proxies set for other ends. */
const OTHER_HEADERS = ['host', 'authorization', 'cookie', 'origin', 'forwarded', 'x-forwarded-for']

/**
 * What the settings say of proxies.
 * @throws {Error} when they make no sense together; the message names the setting
 */
export function proxyOf(settings: ProxySettings): TrustedProxy {
  const userHeader = settings.proxyUserHeader?.toLowerCase() ?? null
  const trusted = listOf(settings.trustedProxies ?? null)
  if (userHeader !== null && trusted === null) {
    throw new Error(
      'HANGAR_PROXY_USER_HEADER needs HANGAR_TRUSTED_PROXIES: whoever else sends that header is not believed',
    )
  }
  if (
    userHeader !== null &&
    (!HEADER_NAME.test(userHeader) || OTHER_HEADERS.includes(userHeader))
  ) {
    throw new Error(
      `HANGAR_PROXY_USER_HEADER takes a name like X-Forwarded-User, not "${userHeader}"`,
    )
  }
  const roles = rolesOf(settings.proxyRoles ?? '')
  const otherwise = toRole(settings.proxyRole ?? 'viewer', 'HANGAR_PROXY_ROLE')
  return {
    userHeader,
    roleOf: (user) => roles.get(user) ?? otherwise,
    isTrusted: (address) => trusted !== null && address !== undefined && holds(trusted, address),
  }
}

function rolesOf(text: string): ReadonlyMap<string, Role> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '')
  return new Map(
    pairs.map((pair) => {
      const equals = pair.lastIndexOf('=')
      const role = toRole(pair.slice(equals + 1).trim(), 'HANGAR_PROXY_ROLES')
      return [pair.slice(0, Math.max(equals, 0)).trim(), role]
    }),
  )
}

function toRole(text: string, setting: string): Role {
  const role = ROLES.find((each) => each === text)
  if (role) return role
  throw new Error(`${setting} takes ${ROLES.join(', ')}, not "${text}"`)
}

function listOf(text: string | null): BlockList | null {
  const given = (text ?? '').split(',').flatMap((one) => one.trim() || [])
  if (given.length === 0) return null
  const list = new BlockList()
  for (const one of given) addTo(list, one)
  return list
}

function addTo(list: BlockList, text: string): void {
  const [address = '', bits, ...rest] = text.split('/')
  const family = FAMILIES[isIP(address)]
  const prefix = bits === undefined ? family?.bits : Number(bits)
  if (
    !family ||
    prefix === undefined ||
    !(prefix >= 0 && prefix <= family.bits) ||
    rest.length > 0
  ) {
    throw new Error(
      `HANGAR_TRUSTED_PROXIES takes addresses and networks like 10.0.0.0/8, not "${text}"`,
    )
  }
  list.addSubnet(address, prefix, family.name)
}

const FAMILIES: Readonly<
  Record<number, { readonly name: 'ipv4' | 'ipv6'; readonly bits: number }>
> = { 4: { name: 'ipv4', bits: 32 }, 6: { name: 'ipv6', bits: 128 } }

/** A socket that takes both families gives IPv4 addresses as `::ffff:192.0.2.1`. */
function holds(list: BlockList, address: string): boolean {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '')
  return list.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4')
}
