import type { PrefixGroup, WaitGroup } from './table.ts'

/** Waits for the kernel's own machinery: control groups, name spaces, networking, RCU, workers, CPUs, modules. */
export const KERNEL_WAITS: readonly WaitGroup[] = [
  {
    class: 'cgroup',
    role: 'names',
    source: 'kernel/cgroup/*.c, kernel/bpf/cgroup.c',
    symbols: `
      proc_cgroup_show proc_cgroupstats_show proc_cpuset_show css_killed_work_fn css_release_work_fn
      css_free_rwork_fn css_create css_clear_dir threadgroup_change_begin rebuild_sched_domains update_flag
      update_cpumask update_nodemask update_prstate sched_partition_write freezer_write freezer_change_state
      freezer_attach devcgroup_access_write devcgroup_update_access cpu_cgroup_attach psi_cgroup_alloc
      pressure_write blkcg_deactivate_policy blkcg_activate_policy blkcg_conf_open_bdev
    `,
  },
  {
    // cgroup_threadgroup_rwsem, inlined into fork, exit and exec.
    class: 'cgroup',
    role: 'top',
    on: ['percpu-rwsem', 'rwsem', 'mutex'],
    source:
      'include/linux/cgroup-defs.h: cgroup_threadgroup_change_begin(); kernel/fork.c, exit.c, fs/exec.c',
    symbols: 'exit_signals de_thread threadgroup_lock attach_task_by_pid',
  },
  {
    class: 'cgroup',
    role: 'top',
    on: ['percpu-rwsem'],
    source: 'kernel/fork.c',
    symbols: 'copy_process kernel_clone _do_fork do_fork do_exit',
  },
  {
    class: 'pidns',
    role: 'names',
    source: 'kernel/pid_namespace.c: an init that waits for its namespace to be empty',
    symbols: 'zap_pid_ns_processes reboot_pid_ns',
  },
  {
    class: 'netns',
    role: 'names',
    source: 'net/core/net_namespace.c: net_mutex, since 4.17 pernet_ops_rwsem',
    symbols: `
      copy_net_ns cleanup_net setup_net net_ns_barrier register_pernet_subsys register_pernet_device
      unregister_pernet_subsys unregister_pernet_device register_pernet_operations unregister_pernet_operations
      ops_undo_list ops_exit_list ops_exit_rtnl_list free_exit_list net_free peernet2id_alloc __put_net
      net_drop_ns
    `,
  },
  {
    class: 'rtnl',
    role: 'names',
    source: 'net/core/rtnetlink.c',
    symbols: `
      rtnl_lock rtnl_lock_killable rtnl_lock_interruptible __rtnl_lock rtnl_net_lock rtnl_net_lock_killable
      rtnl_nets_lock rtnl_link_ops_get rtnl_net_dev_lock sysfs_rtnl_lock refcount_dec_and_rtnl_lock
      rtnl_lock_unregistering_all rtnl_lock_unregistering
    `,
  },
  {
    // rtnl_lock() is a jump to mutex_lock(): its callers stand directly below the mutex, or on top in /proc.
    class: 'rtnl',
    role: 'top',
    on: ['mutex', 'none'],
    source: 'net: callers of rtnl_lock()',
    symbols: `
      rtnetlink_rcv_msg rtnetlink_rcv rtnl_newlink rtnl_dellink rtnl_setlink rtnl_getlink rtnl_dumpit
      rtnl_link_unregister rtnl_link_register rtnl_unregister rtnl_offload_xstats_notify linkwatch_event
      register_netdev unregister_netdev register_netdevice_notifier unregister_netdevice_notifier
      unregister_netdevice_notifier_net default_device_exit_batch dev_ioctl dev_ifconf devinet_ioctl inet_ioctl
      inet_rtm_newaddr ip_rt_ioctl ip_mroute_setsockopt addrconf_dad_work addrconf_verify_work
      addrconf_add_ifaddr addrconf_del_ifaddr addrconf_set_dstaddr addrconf_sysctl_forward
      addrconf_sysctl_disable ipv6_sock_mc_join ipv6_sock_mc_drop ipv6_sock_mc_close ipv6_sock_ac_close
      ipv6_route_ioctl ipv6_mc_config ip_mc_join_group ip_mc_leave_group ip_mc_drop_socket ip_mc_msfilter
      inet6_rtm_newaddr inet6_ioctl tun_chr_close tun_chr_ioctl __tun_chr_ioctl tun_detach_all tap_release
      tap_ioctl macvtap_release packet_release packet_setsockopt ppp_release ppp_ioctl ppp_create_interface
      ppp_unattached_ioctl wext_ioctl_dispatch wext_handle_ioctl br_ioctl_deviceless_stub br_ioctl_stub
      br_dev_siocdevprivate bonding_store_option netdev_store netdev_show flags_store mtu_store address_show
      speed_show duplex_show carrier_show ethtool_ioctl vlan_ioctl_handler dev_set_mac_address_user dev_ethtool
      ethnl_default_doit ethnl_default_set_doit nl80211_pre_doit cfg80211_wiphy_work cfg80211_rfkill_block_work
      cfg80211_autodisconnect_wk cfg80211_event_work crda_timeout_work reg_todo reg_check_chans_work regdb_fw_cb
      ieee80211_unregister_hw ieee80211_register_hw ieee80211_restart_work ieee80211_iface_work tc_new_tfilter
      tcf_proto_destroy_work tcf_action_cleanup_work ip6mr_sk_done ipmr_sk_done igmp6_event_query vxlan_open
      switchdev_deferred_process_work wg_netns_pre_exit team_nl_cmd_options_set hsr_netdev_notify fib6_gc_work
      mroute_clean_tables dst_gc_task ip_tunnel_delete_nets
    `,
  },
  {
    class: 'netdev-unregister',
    role: 'names',
    source: 'net/core/dev.c: "unregister_netdevice: waiting for %s to become free"',
    symbols: 'netdev_wait_allrefs netdev_wait_allrefs_any netdev_run_todo',
  },
  {
    // Every grace-period wait, whatever it is needed for; the outermost of them is the name people know.
    class: 'rcu',
    role: 'through',
    source: 'kernel/rcu/tree.c, tree_exp.h, update.c, tasks.h, srcutree.c, sync.c, net/core/dev.c',
    symbols: `
      __wait_rcu_gp _wait_rcu_gp wait_rcu_gp synchronize_rcu synchronize_rcu_normal synchronize_rcu_expedited
      _synchronize_rcu_expedited synchronize_rcu_expedited_wait synchronize_rcu_expedited_wait_once
      synchronize_rcu_bh synchronize_rcu_mult synchronize_sched synchronize_sched_expedited
      synchronize_rcu_tasks synchronize_rcu_tasks_generic synchronize_rcu_tasks_rude synchronize_rcu_tasks_trace
      synchronize_srcu __synchronize_srcu synchronize_srcu_expedited cond_synchronize_rcu cond_synchronize_sched
      cond_synchronize_rcu_full cond_synchronize_rcu_expedited poll_state_synchronize_rcu synchronize_net
      synchronize_kernel rcu_barrier _rcu_barrier rcu_barrier_sched rcu_barrier_bh rcu_barrier_tasks
      rcu_barrier_tasks_trace rcu_barrier_tasks_generic srcu_barrier kvfree_rcu_barrier
      kvfree_rcu_barrier_on_cache rcu_sync_enter rcu_sync_dtor rcu_exp_wait_wake rcu_exp_sel_wait_wake
      exp_funnel_lock sync_rcu_exp_select_cpus wait_rcu_exp_gp sync_exp_work_done __synchronize_rcu_expedited
      synchronize_rcu_expedited_queue_work srcu_advance_state srcu_gp_end
    `,
  },
  {
    class: 'workqueue',
    role: 'through',
    claims: ['nfsd', 'nbd'],
    source: 'kernel/workqueue.c, kernel/kthread.c (kthread_worker), mm/swap.c, kernel/async.c',
    symbols: `
      flush_work __flush_work flush_workqueue __flush_workqueue cancel_work_sync __cancel_work_timer
      __cancel_work_sync __cancel_work cancel_delayed_work_sync cancel_rearming_delayed_work flush_delayed_work
      flush_delayed_work_sync flush_work_sync flush_scheduled_work __flush_scheduled_work flush_rcu_work
      drain_workqueue destroy_workqueue wait_on_work wait_on_cpu_work __cancel_delayed_work_sync
      disable_work_sync disable_delayed_work_sync schedule_on_each_cpu work_on_cpu work_on_cpu_key
      work_on_cpu_safe work_on_cpu_safe_key start_flush_work flush_cpu_workqueue kthread_flush_worker
      kthread_flush_work kthread_destroy_worker kthread_cancel_work_sync __kthread_cancel_work_sync
      kthread_cancel_delayed_work_sync flush_kthread_worker flush_kthread_work lru_add_drain_all
      __lru_add_drain_all lru_cache_disable async_synchronize_cookie_domain async_synchronize_cookie
      async_synchronize_full async_synchronize_full_domain alloc_workqueue __alloc_workqueue
      apply_workqueue_attrs workqueue_set_unbound_cpumask apply_workqueue_attrs_locked padata_free padata_stop
      btrfs_flush_workqueue wait_for_device_probe
    `,
  },
  {
    class: 'cpu-hotplug',
    role: 'names',
    source: 'kernel/cpu.c, kernel/stop_machine.c, mm/memory_hotplug.c',
    symbols: `
      cpus_read_lock cpus_write_lock get_online_cpus cpu_hotplug_begin cpu_maps_update_begin cpu_hotplug_disable
      _cpu_up _cpu_down cpu_up cpu_down do_cpu_up do_cpu_down cpu_device_up cpu_device_down cpu_down_maps_locked
      cpuhp_kick_ap cpuhp_kick_ap_work cpuhp_ap_sync_alive __cpuhp_kick_ap cpuhp_kick_ap_alive cpuhp_bringup_ap
      cpuhp_up_callbacks cpuhp_down_callbacks cpuhp_invoke_callback_range takedown_cpu bringup_cpu
      bringup_wait_for_ap bringup_wait_for_ap_online wait_for_ap_thread cpuhp_issue_call __cpuhp_setup_state
      __cpuhp_remove_state __cpuhp_setup_state_cpuslocked __cpuhp_state_add_instance
      __cpuhp_state_remove_instance stop_machine stop_machine_cpuslocked __stop_machine stop_cpus __stop_cpus
      try_stop_cpus stop_one_cpu stop_two_cpus freeze_secondary_cpus disable_nonboot_cpus
      suspend_disable_secondary_cpus cpu_subsys_online cpu_subsys_offline smpboot_register_percpu_thread
      smpboot_unregister_percpu_thread get_online_mems mem_hotplug_begin lockup_detector_reconfigure
      lockup_detector_cleanup proc_watchdog_common
    `,
  },
  {
    class: 'kthread-stop',
    role: 'names',
    source: 'kernel/kthread.c: waits for a kernel thread to end, park, or be made',
    symbols: `
      kthread_stop kthread_stop_put kthread_park kthread_create_on_node __kthread_create_on_node
      kthread_create_on_cpu kthread_create __kthread_create_worker kthread_create_worker vhost_task_stop
    `,
  },
  {
    class: 'module',
    role: 'names',
    source: 'kernel/module/*.c, kernel/kmod.c, kernel/umh.c',
    symbols: `
      __request_module request_module call_usermodehelper_exec call_usermodehelper call_usermodehelper_keys
      load_module init_module_from_file idempotent_init_module idempotent_wait_for_completion do_init_module
      add_unformed_module module_patient_check_exists finished_loading resolve_symbol_wait try_stop_module
      wait_for_zero_refcount __do_sys_delete_module sys_delete_module __do_sys_finit_module __do_sys_init_module
      sys_init_module module_memory_free free_module usermodehelper_read_lock_wait usermodehelper_read_trylock
      crypto_larval_wait request_firmware _request_firmware fw_load_sysfs_fallback fw_sysfs_wait_timeout
      fw_load_from_user_helper __symbol_get klp_enable_patch
    `,
  },
  {
    class: 'vfork',
    role: 'names',
    rests: 'always',
    source: 'kernel/fork.c: a parent until its child has called exec or exit',
    symbols: 'wait_for_vfork_done',
  },
  {
    class: 'vfork',
    role: 'top',
    rests: 'always',
    on: ['completion', 'none'],
    source: 'kernel/fork.c: wait_for_vfork_done() inlined; /proc leaves the completion out',
    symbols: 'kernel_clone _do_fork do_fork __do_sys_vfork sys_vfork __x64_sys_vfork',
  },
  {
    class: 'exit',
    role: 'names',
    source: 'kernel/exit.c, kernel/signal.c, fs/coredump.c, kernel/delayacct, ipc/, security/',
    symbols: `
      exit_notify exit_signals exit_sem exit_shm coredump_task_exit coredump_wait do_coredump vfs_coredump
      synchronize_group_exit release_task proc_flush_task proc_flush_pid acct_process do_acct_process
      taskstats_exit perf_event_exit_task exit_task_namespaces exit_creds exit_thread exit_fs exit_io_context
      futex_exit_release exit_robust_list exit_pi_state_list kcov_task_exit __exit_signal exit_files
      uprobe_free_utask mm_release exit_rcu exit_keys shm_destroy_orphaned
    `,
  },
  {
    class: 'exit',
    role: 'top',
    source: 'kernel/exit.c: what do_exit() itself waits for, inlined into it',
    symbols: 'do_exit do_group_exit put_files_struct exit_task_work make_task_dead',
  },
  {
    class: 'lock',
    role: 'asks',
    claims: ['cgroup'],
    source:
      'fs/kernfs/*.c, fs/sysfs: kernfs_rwsem (kernfs_mutex before 5.18), the active references of a file',
    symbols: `
      kernfs_drain __kernfs_remove kernfs_remove kernfs_remove_by_name_ns kernfs_remove_self kernfs_add_one
      kernfs_create_link kernfs_create_dir_ns kernfs_new_node kernfs_find_and_get_ns kernfs_walk_and_get_ns
      kernfs_rename_ns kernfs_dop_revalidate kernfs_iop_lookup kernfs_iop_getattr kernfs_iop_setattr
      kernfs_iop_permission kernfs_iop_rmdir kernfs_iop_mkdir kernfs_iop_get_link kernfs_fop_readdir
      kernfs_fop_open kernfs_fop_write kernfs_fop_write_iter kernfs_fop_read kernfs_fop_release kernfs_seq_start
      kernfs_seq_next kernfs_activate kernfs_refresh_inode kernfs_evict_inode kernfs_deactivate
      sysfs_addrm_start sysfs_remove_dir sysfs_deactivate sysfs_remove_group sysfs_remove_groups
      sysfs_create_link sysfs_add_file_mode_ns sysfs_create_dir_ns sysfs_dentry_revalidate sysfs_lookup
      sysfs_permission sysfs_getattr sysfs_remove_file_ns kobject_del
    `,
  },
  {
    // Locks between processes, by fcntl(2), flock(2), leases: users make them, users end them.
    class: 'lock',
    role: 'asks',
    rests: 'interruptible',
    claims: ['nfs', 'cifs', 'ceph', 'fuse', '9p', 'afs', 'lustre', 'other-fs', 'nfsd'],
    source: 'fs/locks.c',
    symbols: `
      locks_lock_inode_wait locks_lock_file_wait flock_lock_inode_wait flock_lock_file_wait
      posix_lock_inode_wait posix_lock_file_wait do_lock_file_wait fcntl_setlk fcntl_setlk64 __do_sys_flock
      sys_flock __x64_sys_flock do_fcntl vfs_lock_file __break_lease break_lease break_deleg generic_setlease
      locks_mandatory_area __break_deleg fcntl_setlease
    `,
  },
  {
    class: 'lock',
    role: 'names',
    source:
      'fs/file.c, fs/seq_file.c, fs/proc/base.c, kernel/ptrace.c, drivers/base, kernel/trace, kernel/events, kernel/fork.c',
    symbols: `
      __fdget_pos fdget_pos seq_read seq_read_iter seq_lseek proc_pid_stack proc_pid_syscall proc_pid_wchan
      proc_pid_get_link proc_ns_get_link proc_ns_readlink proc_pid_readlink proc_fd_link lock_trace mm_access
      proc_mem_open mm_for_maps proc_pid_attr_write proc_lookupfd_common do_io_accounting proc_pid_auxv
      proc_pid_personality get_task_exe_file prepare_bprm_creds device_lock __device_driver_lock __device_attach
      __driver_attach device_release_driver device_release_driver_internal device_del device_shutdown
      bus_rescan_devices_helper device_add device_attach driver_attach __device_release_driver bus_add_driver
      tracing_open tracing_release tracing_set_tracer trace_event_enable_disable ftrace_set_clr_event
      event_enable_write perf_event_ctx_lock_nested perf_trace_init perf_event_init_task perf_try_init_event
      perf_event_alloc swevent_hlist_get static_key_slow_inc static_key_slow_dec jump_label_lock
      arch_jump_label_transform key_wait_bit request_key_and_link wait_for_key_construction
      input_register_device input_unregister_device pcpu_alloc pcpu_alloc_noprof kmem_cache_create
      kmem_cache_destroy genl_rcv genl_rcv_msg genl_lock netlink_dump netlink_table_grab ipcget do_con_write
      misc_open chrdev_open uevent_show kobject_uevent_env genl_register_family rfkill_fop_open rfkill_register
      rfkill_global_led_trigger_worker hci_dev_do_close l2cap_chan_lock
    `,
  },
  {
    class: 'lock',
    role: 'asks',
    claims: ['tty'],
    source: 'kernel/printk/printk.c: the console semaphore',
    symbols: 'console_lock down_console_sem __down_trylock_console_sem',
  },
  {
    // __fdget_pos() inlined: reads and writes of one open file take turns.
    class: 'lock',
    role: 'top',
    on: ['mutex', 'none'],
    source: 'fs/read_write.c, fs/readdir.c: the lock of the file position',
    symbols: `
      ksys_read ksys_write ksys_lseek ksys_getdents64 __x64_sys_read __x64_sys_write __x64_sys_lseek
      __x64_sys_getdents __x64_sys_getdents64 __se_sys_getdents64 SyS_read SyS_write SyS_getdents SyS_lseek
      __arm64_sys_read __arm64_sys_write __arm64_sys_getdents64
    `,
  },
  {
    class: 'lock',
    role: 'top',
    on: ['mutex', 'rwsem', 'semaphore'],
    source: 'locks held over an exec or a credential change: kernel/ptrace.c, fs/exec.c',
    symbols: 'begin_new_exec flush_old_exec bprm_execve ptrace_attach __x64_sys_ptrace sys_ptrace',
  },
]

/** Name spaces of this machinery. */
export const KERNEL_PREFIXES: readonly PrefixGroup[] = [
  { class: 'cgroup', source: 'kernel/cgroup', prefixes: 'cgroup_ cgroup1_ cpuset_ cgroups_' },
  { class: 'memcg', source: 'mm/memcontrol.c', prefixes: 'mem_cgroup_ memcg_' },
  { class: 'quota', source: 'fs/quota', prefixes: 'dquot_ quota_' },
  { class: 'compaction', source: 'mm/compaction.c', prefixes: 'compact_ kcompactd_' },
  { class: 'fanotify', source: 'fs/notify/fanotify', prefixes: 'fanotify_' },
  {
    class: 'io-uring',
    source: 'io_uring, formerly fs/io_uring.c',
    prefixes: 'io_uring_ io_wq_ io_ring_ io_sq_ io_cqring_ io_wqe_',
  },
  {
    class: 'tty',
    source: 'drivers/tty',
    prefixes: 'tty_ n_tty_ uart_ pty_ con_ serial8250_ vt_ gsm_',
  },
]
