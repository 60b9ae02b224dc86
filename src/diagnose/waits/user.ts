import type { WaitGroup } from './table.ts'

/** Waits that user space asked for, and tasks that are stopped or have nothing to do. */
export const USER_WAITS: readonly WaitGroup[] = [
  {
    class: 'futex',
    role: 'names',
    rests: 'always',
    source: 'kernel/futex/*.c, formerly kernel/futex.c',
    symbols: `
      futex_wait futex_wait_queue futex_wait_queue_me __futex_wait futex_do_wait do_futex futex_wait_multiple
      futex_wait_multiple_setup __futex_wait_multiple futex_lock_pi futex_wait_requeue_pi do_futex_wait
      futex_wait_restart sys_futex __x64_sys_futex __do_sys_futex futex_sleep_multiple futex_lock_pi_atomic
    `,
  },
  {
    class: 'pipe',
    role: 'names',
    rests: 'always',
    source: 'fs/pipe.c, fs/splice.c',
    symbols: `
      pipe_wait pipe_wait_readable pipe_wait_writable pipe_read pipe_write anon_pipe_read anon_pipe_write
      pipe_readv pipe_writev fifo_open wait_for_partner splice_from_pipe_next __splice_from_pipe opipe_prep
      ipipe_prep splice_to_pipe splice_to_socket
    `,
  },
  {
    class: 'pipe',
    role: 'names',
    source: 'fs/pipe.c: the pipe mutex',
    symbols: 'pipe_lock pipe_lock_nested __pipe_lock pipe_double_lock pipe_release',
  },
  {
    class: 'socket',
    role: 'names',
    rests: 'always',
    source:
      'net/core/{sock,stream,datagram}.c, net/ipv4/{tcp,af_inet,inet_connection_sock,udp}.c, net/unix/af_unix.c',
    symbols: `
      inet_csk_accept inet_csk_wait_for_connect inet_accept unix_accept do_accept __sys_accept4 __sys_accept
      sys_accept sk_wait_data tcp_data_wait tcp_recvmsg tcp_recvmsg_locked tcp_splice_read inet_recvmsg
      inet6_recvmsg sock_recvmsg __skb_wait_for_more_packets skb_wait_for_more_packets wait_for_packet
      wait_for_more_packets __skb_recv_datagram skb_recv_datagram __skb_recv_udp udp_recvmsg udpv6_recvmsg
      raw_recvmsg unix_stream_data_wait unix_stream_read_generic unix_stream_recvmsg unix_dgram_recvmsg
      __unix_dgram_recvmsg unix_wait_for_peer unix_dgram_sendmsg unix_stream_connect unix_stream_sendmsg
      unix_seqpacket_recvmsg sk_stream_sendmsg netlink_recvmsg netlink_attachskb packet_recvmsg packet_snd
      vsock_stream_recvmsg vsock_connectible_recvmsg vsock_accept vsock_connect vsock_connectible_sendmsg
      vsock_wait_data sctp_recvmsg sctp_wait_for_packet sctp_accept sctp_wait_for_accept sctp_wait_for_sndbuf
      sctp_wait_for_connect af_alg_wait_for_data smc_accept smc_rx_wait smc_tx_wait tls_sw_recvmsg
      tls_rx_rec_wait tls_wait_data kcm_recvmsg bt_accept bt_sock_wait_state bt_sock_stream_recvmsg
      l2cap_sock_accept rfcomm_sock_accept iucv_sock_accept rds_recvmsg iscsit_accept_np rxrpc_recvmsg
      mptcp_recvmsg mptcp_wait_data mptcp_stream_accept unix_dgram_peer_wake_me tun_do_read tun_chr_read_iter
      tun_ring_recv macvtap_do_read tap_do_read
    `,
  },
  {
    // A full send buffer or a peer that does not answer: at rest in user programs, not in the kernel's own clients.
    class: 'socket',
    role: 'asks',
    rests: 'always',
    claims: [
      'nfs',
      'nfsd',
      'cifs',
      'ceph',
      '9p',
      'afs',
      'nbd',
      'nvme',
      'scsi',
      'block-io',
      'other-fs',
      'lustre',
    ],
    source: 'net/core/stream.c, sock.c, net/ipv4/tcp.c, af_inet.c',
    symbols: `
      sk_stream_wait_memory sk_stream_wait_connect tcp_sendmsg tcp_sendmsg_locked do_tcp_sendpages tcp_sendpage
      inet_wait_for_connect __inet_stream_connect inet_stream_connect sock_alloc_send_pskb sock_alloc_send_skb
      sock_wait_for_wmem inet_sendmsg kernel_sendmsg sock_sendmsg kernel_connect kernel_sendpage
    `,
  },
  {
    class: 'socket',
    role: 'names',
    source: 'net/core/sock.c, stream.c: the socket lock, or a close that lingers',
    symbols: `
      lock_sock_nested lock_sock __lock_sock lock_sock_fast lock_sock_fast_nested sk_stream_wait_close
      inet_shutdown tcp_close __tcp_close inet_release sock_close __sock_release sock_release unix_release_sock
      lock_sock_killable smc_close_wait_listen_clcsock smc_close_stream_wait sctp_close sctp_wait_for_close
      bt_sock_wait_ready svc_sock_detach sock_do_ioctl unix_gc wait_for_unix_gc unix_bind unix_autobind
    `,
  },
  {
    class: 'epoll',
    role: 'names',
    rests: 'always',
    source: 'fs/eventpoll.c',
    symbols: `
      ep_poll do_epoll_wait do_epoll_pwait do_compat_epoll_pwait __do_sys_epoll_wait sys_epoll_wait
      ep_send_events ep_scan_ready_list __x64_sys_epoll_wait __do_sys_epoll_pwait epoll_sendevents
      ep_try_send_events
    `,
  },
  {
    class: 'epoll',
    role: 'names',
    source: 'fs/eventpoll.c: ep->mtx, epnested_mutex',
    symbols:
      'do_epoll_ctl eventpoll_release_file ep_free ep_eventpoll_release ep_clear_and_put ep_loop_check_proc ep_insert ep_remove',
  },
  {
    class: 'poll',
    role: 'names',
    rests: 'always',
    source: 'fs/select.c, fs/notify/inotify/inotify_user.c, fs/eventfd.c, fs/userfaultfd.c',
    symbols: `
      do_sys_poll do_poll poll_schedule_timeout do_select core_sys_select compat_core_sys_select kern_select
      do_pselect do_compat_select do_sys_ppoll inotify_read eventfd_read eventfd_write eventfd_ctx_read
      eventfd_ctx_do_read userfaultfd_read userfaultfd_read_iter userfaultfd_ctx_read compat_sys_select
      compat_sys_poll sys_poll sys_select do_restart_poll
    `,
  },
  {
    class: 'timer',
    role: 'names',
    rests: 'always',
    source: 'kernel/time/hrtimer.c, posix-timers.c, alarmtimer.c, fs/timerfd.c',
    symbols: `
      do_nanosleep hrtimer_nanosleep hrtimer_nanosleep_restart common_nsleep common_nsleep_timens
      do_cpu_nanosleep posix_cpu_nsleep alarm_timer_nsleep alarmtimer_do_nsleep timerfd_read timerfd_read_iter
      compat_sys_nanosleep sys_nanosleep __x64_sys_nanosleep __x64_sys_clock_nanosleep sys_clock_nanosleep
      rtc_dev_read ptp_read
    `,
  },
  {
    class: 'signal',
    role: 'names',
    rests: 'always',
    source: 'kernel/signal.c, fs/signalfd.c',
    symbols: `
      do_sigtimedwait sigsuspend do_sigsuspend sys_rt_sigsuspend sys_sigsuspend __x64_sys_rt_sigsuspend
      sys_pause __do_sys_pause __x64_sys_pause pause __se_sys_pause sys_rt_sigtimedwait
      __x64_sys_rt_sigtimedwait __do_sys_rt_sigtimedwait signalfd_read signalfd_dequeue signalfd_read_iter
      do_signal_stop do_jobctl_trap ksys_pause __se_sys_rt_sigsuspend compat_sys_rt_sigtimedwait
      __do_sys_rt_sigsuspend __arm64_sys_pause
    `,
  },
  {
    class: 'wait-child',
    role: 'asks',
    rests: 'always',
    claims: ['pidns', 'module'],
    source: 'kernel/exit.c',
    symbols: `
      do_wait kernel_wait4 kernel_waitid kernel_waitid_prepare kernel_wait sys_wait4 sys_waitid SyS_wait4
      SyS_waitid __do_sys_wait4 __do_sys_waitid __do_sys_waitpid __x64_sys_wait4 __x64_sys_waitid
      compat_sys_wait4 wait_task_zombie __do_wait
    `,
  },
  {
    class: 'ptrace',
    role: 'names',
    rests: 'always',
    source: 'kernel/signal.c, kernel/ptrace.c',
    symbols: `
      ptrace_stop ptrace_notify ptrace_do_notify ptrace_signal ptrace_report_syscall ptrace_report_syscall_exit
      ptrace_event ptrace_event_pid ptrace_event_notify utrace_stop
    `,
  },
  {
    class: 'ptrace',
    role: 'names',
    source: 'kernel/ptrace.c, kernel/sched/core.c: a tracer until its tracee has stopped',
    symbols:
      'ptrace_check_attach wait_task_inactive ptrace_attach ptrace_freeze_traced ptrace_resume ptrace_detach',
  },
  {
    class: 'tty',
    role: 'names',
    rests: 'always',
    source: 'drivers/tty/n_tty.c, tty_io.c: a terminal that nobody types on',
    symbols: 'n_tty_read read_chan tty_read iterate_tty_read job_control',
  },
  {
    class: 'tty',
    role: 'names',
    rests: 'interruptible',
    source: 'drivers/tty/n_tty.c: output that the other side holds',
    symbols:
      'n_tty_write write_chan hvc_write file_tty_write tty_wait_until_sent ttyport_wait_until_sent serial_wait_until_sent usb_serial_generic_wait_until_sent usb_serial_generic_tiocmiwait',
  },
  {
    class: 'tty',
    role: 'through',
    source: 'drivers/tty/tty_ldisc.c, tty_mutex.c: the locks of a terminal',
    symbols: `
      tty_lock tty_lock_slave tty_lock_interruptible tty_ldisc_lock tty_ldisc_lock_nested tty_ldisc_lock_pair
      tty_ldisc_lock_pair_timeout __tty_ldisc_lock __tty_ldisc_lock_nested
    `,
  },
  {
    class: 'tty',
    role: 'names',
    source:
      'drivers/tty/tty_ldisc.c, tty_mutex.c, tty_port.c, tty_io.c, serial/serial_core.c, vt/vt.c',
    symbols: `
      tty_ldisc_ref_wait tty_ldisc_hangup tty_ldisc_release tty_ldisc_reinit tty_set_ldisc tty_open
      tty_open_by_driver tty_release tty_hangup tty_vhangup __tty_hangup tty_write tty_write_lock tty_ioctl
      tty_init_dev tty_reopen tty_port_block_til_ready tty_port_close_start tty_set_termios tty_unthrottle
      disassociate_ctty no_tty uart_wait_until_sent uart_close uart_open uart_shutdown uart_wait_modem_status
      flush_to_ldisc set_termios do_tty_hangup block_til_ready paste_selection set_selection_user
      console_callback tiocspgrp vt_waitactive vt_event_wait vt_event_wait_ioctl
    `,
  },
  {
    class: 'fanotify',
    role: 'names',
    source: 'fs/notify/fanotify/fanotify.c: an access until a listener allows it',
    symbols: `
      fanotify_get_response fanotify_get_response_from_access fanotify_handle_event fanotify_release
    `,
  },
  {
    class: 'fanotify',
    role: 'names',
    rests: 'always',
    source: 'fs/notify/fanotify/fanotify_user.c: a listener without events',
    symbols: 'fanotify_read',
  },
  {
    class: 'io-uring',
    role: 'names',
    rests: 'always',
    source: 'io_uring/io_uring.c, wait.c',
    symbols:
      'io_cqring_wait io_cqring_schedule io_cqring_wait_schedule __io_cqring_wait_schedule __do_sys_io_uring_enter io_run_task_work_sig',
  },
  {
    class: 'io-uring',
    role: 'names',
    source: 'io_uring/io_uring.c, io-wq.c, cancel.c, rsrc.c: a ring being torn down or changed',
    symbols: `
      io_uring_cancel_generic __io_uring_cancel io_uring_files_cancel io_uring_task_cancel io_uring_cancel_files
      io_ring_exit_work io_ring_ctx_wait_and_kill io_wq_exit_workers io_wq_put_and_exit io_wq_destroy
      io_wq_exit_start io_rsrc_ref_quiesce io_rsrc_quiesce io_sq_thread_park io_sq_thread_stop
      io_sqe_files_unregister __io_uring_register io_uring_try_cancel_requests io_sq_offload_create
      io_uring_clean_tctx io_uring_del_tctx_node io_finish_async io_uring_unreg_ringfd io_iopoll_check
      io_submit_sqes io_sqd_handle_event
    `,
  },
  {
    class: 'aio',
    role: 'names',
    rests: 'always',
    source: 'fs/aio.c: io_getevents()',
    symbols: 'read_events do_io_getevents sys_io_getevents __do_sys_io_getevents io_getevents',
  },
  {
    class: 'aio',
    role: 'names',
    source: 'fs/aio.c: requests in flight while their context goes',
    symbols:
      'exit_aio wait_for_all_aios io_destroy sys_io_destroy __do_sys_io_destroy __x64_sys_io_destroy kill_ioctx wait_on_sync_kiocb aio_cancel_all sys_io_submit io_cancel',
  },
  {
    class: 'freezer',
    role: 'names',
    rests: 'always',
    source: 'kernel/freezer.c, kernel/cgroup/freezer.c, kernel/signal.c',
    symbols:
      '__refrigerator refrigerator do_freezer_trap cgroup_enter_frozen try_to_freeze __set_task_frozen',
  },
  {
    class: 'freezer',
    role: 'names',
    source: 'kernel/power/process.c: suspend until every task is frozen',
    symbols: 'try_to_freeze_tasks freeze_processes freeze_kernel_threads',
  },
  {
    // do_freezer_trap() inlined: the only other sleep of get_signal() itself is a stop, in State T.
    class: 'freezer',
    role: 'top',
    rests: 'always',
    source: 'kernel/signal.c',
    symbols: 'get_signal',
  },
  {
    class: 'kthread-idle',
    role: 'names',
    rests: 'always',
    source:
      'kernel/workqueue.c, kthread.c, smpboot.c, kernel/rcu, kernel/irq/manage.c, mm/vmscan.c, drivers/md/md.c',
    symbols: `
      worker_thread rescuer_thread kthread_worker_fn smpboot_thread_fn kthreadd kthread_parkme __kthread_parkme
      rcu_gp_fqs_loop rcu_gp_kthread rcu_tasks_one_gp rcu_tasks_kthread nocb_gp_wait nocb_cb_wait
      rcu_nocb_kthread rcu_nocb_gp_kthread rcu_nocb_cb_kthread rcu_boost_kthread rcu_cpu_kthread irq_thread
      irq_wait_for_interrupt kswapd kswapd_try_to_sleep kcompactd md_thread watchdog oom_reaper khugepaged
      khugepaged_wait_work ksm_scan_thread kauditd_thread devtmpfsd devtmpfs_work_loop scsi_error_handler
      hub_thread pccardd kjournald2 kjournald xfsaild cleaner_kthread transaction_kthread io_wq_worker
      io_wqe_worker io_sq_thread vhost_worker vhost_run_work_list vhost_task_fn ksoftirqd run_ksoftirqd
      cpu_stopper_thread bdi_forker_thread bdi_writeback_thread pdflush __pdflush loop_thread dmcrypt_write
      gfs2_logd gfs2_quotad lmLogd kmmpd issue_flush_thread issue_discard_thread gc_thread_func jfs_lazycommit
      jfs_sync hwrng_fillfn nfsd lockd nfs4_run_state_manager krfcommd rfcomm_run hidp_session_thread
      kvm_nx_huge_page_recovery_worker kvm_vm_worker_thread kvm_vm_create_worker_thread xenwatch_thread
      xenbus_thread balloon_thread dlm_recoverd dlm_astd dlm_scand o2hb_thread ocfs2_downconvert_thread
      ocfs2_commit_thread mmc_queue_thread sdio_irq_thread psi_poll_worker dvb_frontend_thread drm_sched_main
      kcs_thread ipmi_thread cec_thread_func r5l_reclaim_thread iscsi_target_rx_thread iscsi_target_tx_thread
      napi_threaded_poll napi_thread_wait pktgen_thread_worker jffs2_garbage_collect_thread ubi_thread
      ubifs_bg_thread bch_allocator_thread bch_gc_thread bch_writeback_thread kdamond_fn kiblnd_scheduler
      ptlrpcd ptlrpc_main ksocknal_scheduler
    `,
  },
  {
    class: 'idle',
    role: 'names',
    rests: 'always',
    source:
      'kernel/printk, ipc/, virt/kvm, drivers/char/random.c, drivers/input, sound, net/: readers and waiters of other kinds',
    symbols: `
      syslog_print do_syslog devkmsg_read kmsg_read printk_wait_record evdev_read mousedev_read input_read
      hiddev_read hidraw_read snd_seq_read snd_ctl_read snd_timer_user_read snd_pcm_lib_read1 snd_pcm_lib_write1
      __snd_pcm_lib_xfer wait_for_avail snd_pcm_drain do_msgrcv do_msgsnd do_semtimedop __do_semtimedop
      sys_semtimedop sys_semop ksys_semtimedop wq_sleep mq_timedreceive do_mq_timedreceive do_mq_timedsend
      random_read random_read_iter _random_read urandom_read kvm_vcpu_block kvm_vcpu_halt drm_read
      drm_wait_vblank_ioctl drm_wait_vblank uio_read mon_text_read_wait mon_bin_wait_event rb_wait_once
      ring_buffer_wait tracing_wait_pipe tracing_read_pipe tracing_buffers_read wait_on_pipe rpc_pipe_read
      cachefiles_daemon_read binder_thread_read binder_wait_for_work ib_uverbs_event_read ib_uverbs_read_events
      usbdev_read usblp_read hpet_read rng_dev_read ppp_read vduse_dev_read_iter vhost_chr_read_iter
      mce_chrdev_read sys_sched_yield sys_restart_syscall rtc_read rfkill_fop_read seccomp_notify_recv
      videobuf_read vb2_core_dqbuf dvb_dmxdev_read gpiolib_read lineevent_read linereq_read gpio_chrdev_read
      cec_receive_msg iio_buffer_read pps_cdev_ioctl pps_cdev_pps_fetch xenbus_file_read evtchn_read
    `,
  },
]
