import { symbolsOf } from './table.ts'

/** Functions only a dying task runs: any of them on a stack means no signal will end the wait. */
// kernel/exit.c, kernel/fork.c, arch/*/kernel/traps.c. Not here: exit_files(), exit_fs(), exit_sem() and
// their like, which a failing fork or an unshare calls too; do_coredump(), whose task still serves its dump.
const EXITING = `
  do_exit make_task_dead rewind_stack_do_exit rewind_stack_and_make_dead do_group_exit exit_mm exit_mm_release
  exit_task_work exit_signals exit_notify futex_exit_release kthread_exit kthread_complete_and_exit complete_and_exit
  forget_original_parent zap_pid_ns_processes coredump_task_exit synchronize_group_exit
`

/** Exec: fs/exec.c, fs/binfmt_*.c. Past `begin_new_exec` a failure kills the task. */
const EXEC = `
  do_close_on_exec begin_new_exec flush_old_exec setup_new_exec exec_mmap de_thread bprm_execve exec_binprm
  search_binary_handler load_elf_binary load_script load_misc_binary do_execveat_common __do_execve_file do_execve
  do_execve_common do_execve_file do_execveat kernel_execve compat_do_execve compat_do_execveat sys_execve
  stub_execve sys_execve_wrapper install_exec_creds prepare_bprm_creds call_usermodehelper_exec_async
  ____call_usermodehelper
`

/** A descriptor that goes away while its task lives: fs/open.c, fs/file.c, fs/file_table.c. */
const CLOSE = `
  filp_close filp_flush close_fd __close_fd file_close_fd close_files close_fd_get_file __close_range sys_close
  sys_close_range ksys_close do_dup2 ksys_dup3 replace_fd __range_close
  ____fput __fput delayed_fput __fput_sync io_close flush_delayed_fput
`

/** Page faults: arch/<arch>/mm/fault.c and the entry code above it. */
const FAULT = `
  asm_exc_page_fault exc_page_fault do_user_addr_fault handle_page_fault do_page_fault __do_page_fault page_fault
  async_page_fault do_async_page_fault trace_do_page_fault trace_page_fault do_kern_addr_fault error_code
  do_mem_abort do_translation_fault el0_da el0_ia el1_abort do_DataAbort do_PrefetchAbort __dabt_usr __pabt_usr
  do_dat_exception do_protection_exception pgm_check_handler __do_pgm_check
  data_access_common_virt instruction_access_common_virt data_access do_hash_fault hash__do_page_fault
  handle_page_fault_ppc ___do_page_fault do_exception
`

/** Entry from user space by a system call, by architecture; sys_* wrappers are told by their prefix. */
const SYSCALL = `
  do_syscall_64 entry_SYSCALL_64_after_hwframe entry_SYSCALL_64 entry_SYSCALL_64_fastpath system_call_fastpath
  system_call_done return_from_SYSCALL_64 stub_clone stub_vfork ptregs_clone x64_sys_call do_syscall_x64 tracesys
  entry_SYSCALL_compat_after_hwframe entry_SYSCALL_compat do_fast_syscall_32 __do_fast_syscall_32 do_int80_syscall_32
  do_int80_emulation ia32_sysret ia32_do_call ia32_sys_call sysenter_do_call sysenter_dispatch sysenter_past_esp
  syscall_call entry_INT80_32 entry_INT80_compat entry_SYSENTER_32 do_syscall_32 cstar_dispatch
  entry_SYSENTER_compat_after_hwframe do_SYSENTER_32 do_syscall_32_irqs_on asm_int80_emulation
  invoke_syscall el0_svc el0_svc_common el0_svc_naked el0_svc_handler do_el0_svc el0_svc_compat do_el0_svc_compat
  ret_fast_syscall __sys_trace_return vector_swi
  system_call_exception system_call_common system_call_vectored_common system_call syscall_exit
  system_call_vectored_emulate
  __do_syscall sysc_nr_ok sysc_noemu sysc_tracego
  do_trap_ecall_u ret_from_syscall handle_syscall do_syscall
  syscall_exit_to_user_mode __syscall_exit_to_user_mode_work syscall_return_slowpath syscall_slow_exit_work
  syscall_exit_work sysret_signal sysret_check
`

/** The way back to user space, by which a task does its deferred work; it begins after an interrupt too. */
const USER_RETURN = `
  exit_to_user_mode_loop exit_to_user_mode_prepare irqentry_exit_to_user_mode irqentry_exit do_notify_resume
  do_work_pending work_pending ret_to_user int_signal retint_signal retint_user do_signal arch_do_signal_or_restart
  arch_do_signal prepare_exit_to_usermode exit_to_usermode_loop work_resched work_notifysig paranoid_exit
  interrupt_exit_user_prepare interrupt_exit_user_prepare_main notify_resume_user
  asm_sysvec_apic_timer_interrupt asm_sysvec_reschedule_ipi asm_common_interrupt ret_from_intr
  el0t_64_sync el0t_64_sync_handler el0t_32_sync el0t_32_sync_handler el0_sync el0_sync_handler
  el0t_64_irq el0t_64_irq_handler el0_irq el0_interrupt
  handle_exception ret_from_exception ret_from_except_lite ret_from_except error_code error_entry error_exit
  interrupt_return_srr interrupt_return asm_sysvec_call_function_single
`

/** Prefixes of system call functions: x86, arm64, s390, riscv wrappers, and the plain ones of old kernels. */
const SYSCALL_PREFIXES = `
  __x64_sys_ __ia32_sys_ __ia32_compat_sys_ __x32_compat_sys_ __arm64_sys_ __arm64_compat_sys_ __s390x_sys_ __s390_sys_
  __riscv_sys_ __do_sys_ __se_sys_ __do_compat_sys_ __se_compat_sys_ SyS_ SYSC_ compat_SyS_ compat_sys_ sys_ sys32_ ksys_
  C_SYSC_ SYSC32_ __powerpc_sys_
`

/** Where kernel threads start. */
const KTHREAD = `
  kthread kernel_thread_helper kernel_thread_starter kernel_thread child_rip ret_from_kernel_thread
  ret_from_kernel_user_thread kthreadd kernel_init thread_generic_wrapper
`

/** Where any task starts; at the end of a stack without a system call it is a kernel thread's. */
const THREAD_START = 'ret_from_fork ret_from_fork_asm ret_from_fork_kernel_asm'

/** A worker that io_uring made inside a process: it acts for that process's submissions. */
const URING_WORKER = 'io_wq_worker io_wqe_worker io_sq_thread'

/** Other frames that no search for an owner may cross: what is further out did not cause the wait. */
const BOUNDARY = `
  process_one_work process_scheduled_works worker_thread rescuer_thread kthread_worker_fn smpboot_thread_fn
  handle_mm_fault __get_user_pages faultin_page fixup_user_fault
  task_work_run exit_task_work vfs_ioctl do_vfs_ioctl resume_user_mode_work tracehook_notify_resume
  get_signal get_signal_to_deliver
`

/** What one frame tells of the context its stack runs in; a frame may tell several. */
export const BITS = {
  exit: 1,
  exec: 2,
  close: 4,
  syscall: 8,
  fault: 16,
  kthread: 32,
  start: 64,
  uring: 128,
  boundary: 256,
} as const

const BITS_BY_SYMBOL = new Map<string, number>()
for (const [symbols, bits] of [
  [EXITING, BITS.exit],
  [EXEC, BITS.exec],
  [CLOSE, BITS.close],
  [SYSCALL, BITS.syscall | BITS.boundary],
  [FAULT, BITS.fault | BITS.boundary],
  [KTHREAD, BITS.kthread | BITS.boundary],
  [THREAD_START, BITS.start | BITS.boundary],
  [URING_WORKER, BITS.uring | BITS.boundary],
  [USER_RETURN, BITS.boundary],
  [BOUNDARY, BITS.boundary],
  ['do_exit do_group_exit', BITS.boundary],
] as const) {
  for (const symbol of symbolsOf(symbols)) {
    BITS_BY_SYMBOL.set(symbol, (BITS_BY_SYMBOL.get(symbol) ?? 0) | bits)
  }
}

const SYSCALL_STARTS = symbolsOf(SYSCALL_PREFIXES)

/** What this function tells of its stack's context, as a sum of `BITS`. */
export function bitsOf(symbol: string): number {
  const bits = BITS_BY_SYMBOL.get(symbol)
  if (bits !== undefined) return bits
  return isSyscall(symbol) ? BITS.syscall | BITS.boundary : 0
}

function isSyscall(symbol: string): boolean {
  // Most names are no system call: one search instead of one a prefix.
  if (!symbol.includes('sys') && !symbol.includes('SYSC') && !symbol.includes('SyS')) return false
  return SYSCALL_STARTS.some((start) => symbol.startsWith(start))
}
