import { lookup as lookUp } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

// Where nothing is sent. Whoever makes a webhook is an admin of Hangar, and need not be one of the
// machine it runs on: link-local addresses hand out that machine's credentials in every cloud.

type Range = readonly [address: string, prefix: number, family: 'ipv4' | 'ipv6']

/** Never sent to: what is no host, and what tells a machine its own secrets. */
const FORBIDDEN: readonly Range[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'], // link-local; 169.254.169.254 of AWS, Azure, GCP and others
  ['100.100.100.200', 32, 'ipv4'], // metadata of Alibaba Cloud
  ['168.63.129.16', 32, 'ipv4'], // wire server of Azure
  ['192.0.0.0', 24, 'ipv4'], // metadata of Oracle Cloud among them
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  ['fd00:ec2::', 32, 'ipv6'], // metadata of AWS
  ['64:ff9b::', 96, 'ipv6'], // NAT64: any IPv4 address in another dress
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2002::', 16, 'ipv6'], // 6to4: the same
]

/** Sent to unless a setting refuses: this machine and private networks, where most receivers live. */
const PRIVATE: readonly Range[] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
]

export type AddressRules = { readonly isPrivateAllowed: boolean }

const forbidden = listOf(FORBIDDEN)
const ofPrivate = listOf(PRIVATE)

/** Why nothing is sent to an IP address; null where it is. IPv4 in IPv6 counts as IPv4. */
export function whyRefused(address: string, { isPrivateAllowed }: AddressRules): string | null {
  const bare = address.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '')
  const family = isIP(bare) === 6 ? 'ipv6' : 'ipv4'
  if (forbidden.check(bare, family)) return `${bare} is link-local, a metadata address or no host`
  if (!isPrivateAllowed && ofPrivate.check(bare, family)) {
    return `${bare} is private, and HANGAR_WEBHOOK_PRIVATE refuses those`
  }
  return null
}

/** The same of an address that is written in a URL; a name is looked up only when something is sent. */
export function whyUrlRefused(url: string, rules: AddressRules): string | null {
  const { hostname, protocol } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') return 'only http and https are spoken'
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) === 0 ? null : whyRefused(bare, rules)
}

/**
 * Looks a name up for a connection, and fails where any of its addresses is refused: what was
 * looked at is what is connected to, so a name cannot change its mind in between.
 */
export function guardedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, done) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) {
        done(error, '')
        return
      }
      const why = addresses.map(({ address }) => whyRefused(address, rules)).find(Boolean)
      const [first] = addresses
      if (why || !first) done(new Error(`refused: ${why ?? 'no address'}`), '')
      else if (options.all) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

function listOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList()
  for (const [address, prefix, family] of ranges) list.addSubnet(address, prefix, family)
  return list
}
