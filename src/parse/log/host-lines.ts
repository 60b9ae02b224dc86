import type { Shape } from './shape.ts'

/** Lines that tell of the host, not of a task. */
export const HOST_LINES: readonly Shape[] = [
  {
    name: 'version',
    starts: ['Linux version '],
    example: 'Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)',
    shape: /^Linux version (?<release>\d\S*)/,
    read({ release = '' }, { clock }) {
      clock.kernelRelease = release
      return true
    },
  },
  {
    name: 'clock set at boot',
    starts: ['rtc', 'hctosys', 'efi'],
    example: 'rtc_cmos 00:05: setting system clock to 2026-11-23T13:18:48 UTC (1795439928)',
    shape: /setting system clock to .* UTC \((?<epoch>\d{9,11})\)/,
    read({ epoch }, { clock, uptimeSeconds }) {
      if (uptimeSeconds === null) return true
      clock.bootedAt = new Date((Number(epoch) - uptimeSeconds) * 1000).toISOString()
      return true
    },
  },
  {
    name: 'dump asked for',
    starts: ['sysrq: ', 'SysRq :'],
    example: 'sysrq: Show Blocked State',
    shape: /^(?:sysrq|SysRq) ?:/,
    read(_groups, scan) {
      scan.end()
      return true
    },
  },
]
