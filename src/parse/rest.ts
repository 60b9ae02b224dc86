import type { Stack } from '../model/stack.ts'

/**
 * Functions that a task at rest sleeps in. Tasks of other stacks get marks; so this is no diagnosis,
 * only what keeps the lines of twenty thousand idle threads from being kept.
 */
const REST =
  /^(?:do_epoll_wait|ep_poll|futex_\w+|do_futex|hrtimer_nanosleep|do_nanosleep|do_poll|do_sys_poll|poll_schedule_timeout|do_select|pipe_read|anon_pipe_read|do_wait|do_sigtimedwait|sigsuspend|inet_csk_accept|unix_\w+|tcp_recvmsg|worker_thread|rescuer_thread|smpboot_thread_fn|kthreadd|kthread_worker_fn|kswapd|oom_reaper|ksoftirqd|rcu_gp_kthread|rcu_nocb_\w+|rcu_tasks_\w+|irq_thread|tty_\w+|n_tty_read|signalfd_read|inotify_read|eventfd_read|__skb_\w+|kauditd_thread|khugepaged|kcompactd|kjournald2|migration_cpu_stop|do_syslog|rcu_core|scsi_error_handler|devtmpfs\w*)$/

/** True when a task in this stack is most likely idle. */
export function isResting({ names }: Stack): boolean {
  return names.some((name) => REST.test(name)) && !names.includes('do_exit')
}
