import type { Shape } from './shape.ts'

/** Lockdep's lists of held locks. Source: kernel/locking/lockdep.c, lockdep_print_held_locks(). */
export const HELD_LOCKS: readonly Shape[] = [
  {
    name: 'holder',
    starts: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    example: '2 locks held by getty/5584:',
    shape: /^\d+ locks? held by (?<comm>.*)\/(?<tid>\d+)(?:\/\d+)?(?::|, last CPU#\d+:)/,
    read({ comm = '', tid }, scan) {
      scan.holder(Number(tid), comm)
      return true
    },
  },
  {
    name: 'lock',
    starts: ['#'],
    example:
      ' #0: ffff88802b3b70a0 (&tty->ldisc_sem){++++}-{0:0}, at: tty_ldisc_ref_wait+0x25/0x70',
    shape:
      /^#(?<index>\d+): +(?:(?<address>[\da-f]{8,16}) )?\((?<name>.*)\)\{[^}]*\}(?:-\{[\d:]*\})?(?:, at: (?:\[<[\da-f]+>\] )?(?<at>[\w.$]+))?/,
    read({ index = '', address, name = '', at }, scan) {
      scan.lock(index, { name, at: at ?? null, address: address ?? null })
      return true
    },
  },
  {
    name: 'list of all',
    starts: ['Showing all locks held'],
    example: 'Showing all locks held in the system:',
    shape: /^Showing all locks held/,
    read(_groups, scan) {
      scan.closeStack()
      return true
    },
  },
]
