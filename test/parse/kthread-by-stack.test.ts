import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseKernelLog } from '../../src/parse/log/kernel-log.ts'

/** A hung-task report whose stack ends with this function. */
function kthreadOf(bottom: string): boolean | null | undefined {
  const lines = [
    'INFO: task worker:77 blocked for more than 120 seconds.',
    'task:worker          state:D stack:0     pid:77    ppid:31      flags:0x00004000',
    'Call Trace:',
    ' <TASK>',
    ' __schedule+0x34d/0xa00',
    ' schedule+0x5a/0xd0',
    ` ${bottom}+0x1f/0x30`,
    ' </TASK>',
  ]
  const text = lines.map((line, index) => `[  130.${100_000 + index}] ${line}\n`).join('')
  return parseKernelLog(text, 'dmesg.txt').value.reports[0]?.kthread
}

test('a stack that ends where user space enters the kernel is no kernel thread', () => {
  assert.equal(kthreadOf('entry_SYSCALL_64_after_hwframe'), false)
  assert.equal(kthreadOf('asm_exc_page_fault'), false)
})

test('a stack cut off at a double fault does not tell whose it is', () => {
  assert.equal(kthreadOf('asm_exc_double_fault'), null)
  assert.equal(kthreadOf('asm_exc_nmi'), null)
})

test('a stack that ends in kthread is a kernel thread', () => {
  assert.equal(kthreadOf('kthread'), true)
})
