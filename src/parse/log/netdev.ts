import type { Shape } from './shape.ts'

/** A network device that cannot be let go. Source: net/core/dev.c, netdev_wait_allrefs_any(). */
export const NETDEV: readonly Shape[] = [
  {
    name: 'netdev refcount',
    starts: ['unregister_netdevice:'],
    example: 'unregister_netdevice: waiting for lo to become free. Usage count = 1',
    shape: /^unregister_netdevice: waiting for (?<device>\S+) to\b/,
    read({ device = '' }, scan) {
      scan.note({ kind: 'netdev-refcount', title: scan.text, object: device })
      return true
    },
  },
]
