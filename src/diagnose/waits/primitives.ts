import type { PrimitiveGroup } from './table.ts'

/** Frames of the scheduler itself: above every primitive, and never a name for a wait. */
export const SCHEDULER = `
  __schedule schedule __schedule_loop schedule_loop schedule_preempt_disabled schedule_user schedule_idle schedule_tail
  schedule_timeout schedule_timeout_interruptible schedule_timeout_killable schedule_timeout_uninterruptible
  schedule_timeout_idle schedule_hrtimeout schedule_hrtimeout_range schedule_hrtimeout_range_clock
  __schedule_timeout do_schedule_timeout schedule_debug rt_mutex_schedule schedule_rtlock sched_submit_work
  io_schedule io_schedule_timeout io_schedule_prepare io_schedule_finish
  context_switch __switch_to __switch_to_asm _switch switch_to finish_task_switch thread_return ret_from_intr
  preempt_schedule preempt_schedule_common preempt_schedule_irq preempt_schedule_notrace preempt_schedule_thunk
  __preempt_schedule ___preempt_schedule preempt_count_sub preempt_count_add
  cond_resched _cond_resched __cond_resched __cond_resched_lock dynamic_cond_resched dynamic_might_resched
  __rela_dyn_start __kernel_text_address unwind_backtrace show_stack walk_stackframe
`

/** Generic primitives, to be looked through. */
export const PRIMITIVES: readonly PrimitiveGroup[] = [
  {
    kind: 'mutex',
    source: 'kernel/locking/mutex.c, ww_mutex.h, rtmutex.c, rtmutex_api.c, spinlock_rt.c',
    symbols: `
      mutex_lock mutex_lock_nested mutex_lock_interruptible mutex_lock_interruptible_nested mutex_lock_killable
      mutex_lock_killable_nested mutex_lock_io mutex_lock_io_nested _mutex_lock_nest_lock mutex_lock_nest_lock
      __mutex_lock __mutex_lock_common __mutex_lock_slowpath __mutex_lock_interruptible __mutex_lock_killable
      __mutex_lock_interruptible_slowpath __mutex_lock_killable_slowpath __mutex_fastpath_lock
      mutex_optimistic_spin mutex_spin_on_owner _mutex_lock_killable _mutex_lock_interruptible _mutex_lock_io
      ww_mutex_lock ww_mutex_lock_interruptible __ww_mutex_lock __ww_mutex_lock_slowpath
      __ww_mutex_lock_interruptible_slowpath ww_mutex_lock_slow ww_mutex_lock_slow_interruptible
      __ww_mutex_lock_interruptible rt_mutex_lock rt_mutex_lock_nested rt_mutex_lock_interruptible
      rt_mutex_lock_killable rt_mutex_slowlock rt_mutex_slowlock_block rt_mutex_fastlock __rt_mutex_lock
      __rt_mutex_slowlock __rt_mutex_slowlock_locked rt_mutex_slowlock_locked __rt_mutex_lock_common
      _rt_mutex_lock _mutex_lock_nested rt_spin_lock rt_spin_lock_slowlock rt_spin_lock_slowlock_locked
      rtlock_slowlock rtlock_slowlock_locked rtlock_lock rt_read_lock rt_write_lock rwbase_read_lock
      __rwbase_read_lock rwbase_write_lock rwbase_rtmutex_lock_state class_mutex_constructor
    `,
  },
  {
    kind: 'rwsem',
    source: 'kernel/locking/rwsem.c, lib/rwsem.c, arch/x86/lib/rwsem.S, drivers/tty/tty_ldsem.c',
    symbols: `
      down_read down_read_nested down_read_killable down_read_killable_nested down_read_interruptible
      down_read_non_owner down_write down_write_nested down_write_killable down_write_killable_nested
      _down_write_nest_lock down_write_nest_lock __down_read __down_read_common __down_read_killable
      __down_read_interruptible __down_write __down_write_common __down_write_killable __down_write_nested
      rwsem_down_read_slowpath rwsem_down_write_slowpath rwsem_down_read_failed rwsem_down_write_failed
      rwsem_down_read_failed_killable rwsem_down_write_failed_killable rwsem_down_failed_common
      __rwsem_down_read_failed_common __rwsem_down_write_failed_common call_rwsem_down_read_failed
      call_rwsem_down_write_failed call_rwsem_down_read_failed_killable call_rwsem_down_write_failed_killable
      rwsem_optimistic_spin rwsem_spin_on_owner rwsem_read_wait rwsem_write_wait ldsem_down_read
      ldsem_down_write __ldsem_down_read_nested __ldsem_down_write_nested down_read_failed down_write_failed
      class_rwsem_read_constructor class_rwsem_write_constructor
    `,
  },
  {
    kind: 'percpu-rwsem',
    source: 'kernel/locking/percpu-rwsem.c',
    symbols: `
      percpu_down_read percpu_down_read_preempt_disable __percpu_down_read percpu_down_write percpu_rwsem_wait
      percpu_is_read_locked readers_active_check
    `,
  },
  {
    kind: 'semaphore',
    source: 'kernel/locking/semaphore.c, lib/semaphore-sleepers.c',
    symbols: `
      down down_interruptible down_killable down_timeout __down __down_interruptible __down_killable
      __down_timeout __down_common ___down_common __down_failed __down_failed_interruptible
    `,
  },
  {
    kind: 'completion',
    source: 'kernel/sched/completion.c',
    symbols: `
      wait_for_completion wait_for_completion_io wait_for_completion_state wait_for_completion_timeout
      wait_for_completion_io_timeout wait_for_completion_interruptible wait_for_completion_interruptible_timeout
      wait_for_completion_killable wait_for_completion_killable_timeout wait_for_common wait_for_common_io
      __wait_for_common do_wait_for_common __wait_for_completion
    `,
  },
  {
    kind: 'queue',
    source: 'kernel/sched/wait.c, swait.c, rcuwait.h, wait_bit.c (wait_var_event)',
    symbols: `
      prepare_to_wait prepare_to_wait_event prepare_to_wait_exclusive prepare_to_swait_event
      prepare_to_swait_exclusive finish_wait do_wait_intr do_wait_intr_irq wait_woken sleep_on sleep_on_timeout
      interruptible_sleep_on interruptible_sleep_on_timeout sleep_on_common __wait_event wait_event
      wait_var_event __wait_var_event rcuwait_wait_event swait_event __swait_event swait_event_exclusive
      add_wait_queue
    `,
  },
  {
    kind: 'bit',
    source: 'kernel/sched/wait_bit.c; before 4.13 kernel/sched/wait.c and fs/buffer.c',
    symbols: `
      bit_wait bit_wait_io bit_wait_timeout bit_wait_io_timeout __wait_on_bit __wait_on_bit_lock wait_on_bit
      wait_on_bit_io wait_on_bit_lock wait_on_bit_lock_io wait_on_bit_timeout wait_on_bit_action
      out_of_line_wait_on_bit out_of_line_wait_on_bit_lock out_of_line_wait_on_bit_timeout wait_on_bit_acquire
      sync_buffer sleep_on_buffer inode_wait wake_bit_function autoremove_wake_function
    `,
  },
  {
    kind: 'page',
    class: 'page-lock',
    source: 'mm/filemap.c',
    symbols: `
      folio_wait_bit folio_wait_bit_common folio_wait_bit_killable wait_on_page_bit wait_on_page_bit_common
      wait_on_page_bit_killable wait_on_page_bit_killable_timeout sync_page sync_page_killable sleep_on_page
      sleep_on_page_killable
    `,
  },
  {
    kind: 'page',
    class: 'page-lock',
    source: 'mm/filemap.c, include/linux/pagemap.h',
    symbols: `
      __lock_page lock_page __lock_page_killable lock_page_killable __lock_page_or_retry lock_page_or_retry
      __lock_page_async lock_page_async lock_page_maybe_drop_mmap __lock_page_nosync __folio_lock folio_lock
      __folio_lock_killable folio_lock_killable __folio_lock_or_retry folio_lock_or_retry __folio_lock_async
      folio_lock_async wait_on_page_locked wait_on_page_locked_killable folio_wait_locked
      folio_wait_locked_killable put_and_wait_on_page_locked folio_put_wait_locked wait_on_page_read
    `,
  },
  {
    kind: 'page',
    class: 'writeback',
    source: 'mm/page-writeback.c, include/linux/pagemap.h',
    symbols: `
      folio_wait_writeback folio_wait_writeback_killable wait_on_page_writeback wait_on_page_writeback_range
      wait_on_page_writeback_killable folio_wait_stable wait_for_stable_page folio_wait_private_2
      folio_wait_private_2_killable wait_on_page_private_2 wait_on_page_fscache folio_wait_fscache
      folio_wait_fscache_killable wait_on_page_fscache_killable __fscache_wait_on_page_write
    `,
  },
  {
    kind: 'buffer',
    class: 'block-io',
    source: 'fs/buffer.c',
    symbols: '__wait_on_buffer wait_on_buffer __lock_buffer lock_buffer sleep_on_buffer_lock',
  },
  {
    kind: 'sleep',
    source: 'kernel/time/timer.c, sleep_timeout.c',
    symbols:
      'msleep msleep_interruptible ssleep fsleep usleep_range usleep_range_state usleep_range_idle usleep_idle_range',
  },
  {
    kind: 'spin',
    source: 'kernel/locking/spinlock.c, qspinlock.c, qrwlock.c, osq_lock.c',
    symbols: `
      _raw_spin_lock _raw_spin_lock_irq _raw_spin_lock_irqsave _raw_spin_lock_bh _raw_spin_lock_nested
      do_raw_spin_lock _raw_spin_unlock_irq _raw_spin_unlock_irqrestore _raw_spin_unlock
      native_queued_spin_lock_slowpath queued_spin_lock_slowpath __pv_queued_spin_lock_slowpath
      pv_wait_head_or_lock _raw_read_lock _raw_read_lock_irq _raw_write_lock _raw_write_lock_irq
      queued_read_lock_slowpath queued_write_lock_slowpath __raw_spin_lock __raw_spin_lock_irq osq_lock
      _spin_lock _spin_lock_irq _spin_lock_irqsave __ticket_spin_lock ticket_spin_lock __spin_lock_debug
      lock_acquire
    `,
  },
]
