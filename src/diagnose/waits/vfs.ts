import type { WaitGroup } from './table.ts'
import { PAGE_CLAIMS } from './table.ts'

/** Waits of the file layer itself: inode locks, dentries, mounts, freezing, quota, writeback. */
export const VFS_WAITS: readonly WaitGroup[] = [
  {
    class: 'inode-lock',
    role: 'names',
    source: 'include/linux/fs.h, fs/inode.c, fs/namei.c',
    symbols: `
      inode_lock inode_lock_nested inode_lock_shared inode_lock_shared_nested inode_lock_killable lock_rename
      lock_rename_child lock_two_nondirectories lock_two_directories lock_two_inodes unlock_two_nondirectories
      filemap_invalidate_lock filemap_invalidate_lock_shared filemap_invalidate_lock_two
    `,
  },
  {
    // i_rwsem (i_mutex before 4.7) taken directly in these; /proc shows them as the innermost frame.
    class: 'inode-lock',
    role: 'top',
    on: ['rwsem', 'mutex', 'none'],
    source:
      'fs/namei.c, fs/open.c, fs/attr.c, fs/readdir.c, fs/xattr.c, fs/sync.c, fs/read_write.c, mm/filemap.c',
    symbols: `
      lookup_slow walk_component path_openat open_last_lookups do_last lookup_open do_lookup real_lookup
      lookup_one_unlocked lookup_one_len_unlocked lookup_one_positive_unlocked lookup_one_positive_killable
      lookup_noperm lookup_one_len lookup_one lookup_noperm_unlocked lookup_positive_unlocked kern_path_locked
      __kern_path_locked kern_path_create filename_create filename_parentat lookup_create __lookup_hash
      start_creating __start_renaming start_removing start_dirop end_creating start_renaming __start_dirop
      do_mkdirat do_rmdir do_unlinkat do_symlinkat do_linkat do_renameat2 do_mknodat filename_unlinkat
      filename_rmdir sys_renameat do_rename vfs_rename vfs_unlink vfs_rmdir vfs_link vfs_mkdir vfs_create
      vfs_tmpfile iterate_dir vfs_readdir wrap_directory_iterator do_truncate vfs_truncate do_sys_ftruncate
      do_sys_truncate chmod_common chown_common vfs_fchmod vfs_fchown do_fchmodat do_fchownat ksys_fchown
      fchmodat utimes_common vfs_utimes do_utimes notify_change vfs_setxattr vfs_removexattr vfs_getxattr
      setxattr removexattr vfs_set_acl vfs_remove_acl generic_file_llseek generic_file_llseek_size
      ext4_dir_llseek dcache_dir_lseek dcache_readdir generic_file_write_iter generic_file_aio_write
      generic_file_write blkdev_write_iter blkdev_aio_write do_fsync vfs_fsync_range vfs_fallocate
      shmem_fallocate shmem_file_llseek shmem_file_write_iter hugetlbfs_fallocate path_lookupat path_parentat
      lookup_fast link_path_walk vfs_ioc_setflags_prepare fileattr_set vfs_fileattr_set ioctl_setflags
      vfs_dedupe_file_range_one generic_remap_file_range_prep vfs_clone_file_range simple_recursive_removal
      debugfs_remove debugfs_remove_recursive __debugfs_create_file securityfs_remove tracefs_remove
      simple_rmdir devpts_pty_kill devpts_pty_new devtmpfs_create_node handle_create handle_remove
      ima_file_check process_measurement ima_file_free ima_bprm_check
    `,
  },
  {
    class: 'dentry',
    role: 'names',
    source:
      'fs/dcache.c, fs/namei.c: another task is looking the same name up, or killing the dentry',
    symbols: `
      d_alloc_parallel __lookup_slow d_wait_lookup __d_lookup_done d_invalidate shrink_dcache_parent
      shrink_dentry_list shrink_dcache_sb dentry_kill __dentry_kill d_walk d_splice_alias d_splice_alias_ops
      __d_move d_move d_exchange d_lookup_done dentry_lru_isolate shrink_lock_dentry lock_for_kill
      select_collect
    `,
  },
  {
    class: 'mount-lock',
    role: 'names',
    source: 'fs/namespace.c: namespace_sem; fs/super.c: s_umount',
    symbols: `
      namespace_lock namespace_unlock lock_mount do_lock_mount lock_mount_exact __is_local_mountpoint
      is_local_mountpoint copy_mnt_ns copy_tree attach_recursive_mnt graft_tree do_add_mount do_new_mount
      do_new_mount_fc do_loopback do_move_mount do_move_mount_old do_change_type do_umount umount_tree
      mark_mounts_for_expiry path_umount path_mount ksys_umount put_mnt_ns drop_collected_mounts collect_mounts
      iterate_mounts __detach_mounts finish_automount follow_automount do_reconfigure_mnt do_set_group
      clone_private_mount current_chrooted mnt_already_visible mnt_ns_loop statmount do_statmount listmount
      do_listmount mounts_open_common mountinfo_open mounts_poll do_mount do_mount_setattr mount_setattr_commit
      path_pivot_root pivot_root open_detached_copy super_lock super_lock_shared super_lock_excl __super_lock
      grab_super grab_super_dead get_super __get_super get_super_thawed get_super_exclusive_thawed
      get_active_super user_get_super user_get_super_excl iterate_supers iterate_supers_type deactivate_super
      sget sget_fc get_tree_bdev reconfigure_super do_emergency_remount bdev_super_lock fs_bdev_mark_dead
      fs_bdev_sync vfs_get_super do_remount do_remount_sb trylock_super super_cache_count quotactl_block
      do_quotactl
    `,
  },
  {
    class: 'mount-lock',
    role: 'top',
    on: ['rwsem', 'none'],
    source: 'kernel/nsproxy.c and system calls that take namespace_sem',
    symbols:
      '__do_sys_mount __do_sys_umount __do_sys_pivot_root __x64_sys_pivot_root __do_sys_move_mount __x64_sys_mount',
  },
  {
    class: 'fs-freeze',
    role: 'names',
    source: 'fs/super.c, include/linux/fs.h: the file system is frozen, or being frozen',
    symbols: `
      __sb_start_write sb_start_write sb_start_pagefault sb_start_intwrite sb_wait_write freeze_super thaw_super
      thaw_super_locked freeze_bdev thaw_bdev bdev_freeze bdev_thaw mnt_want_write mnt_want_write_file
      mnt_want_write_file_path __mnt_want_write file_start_write vfs_check_frozen ioctl_fsfreeze ioctl_fsthaw
      do_thaw_all do_thaw_one emergency_thaw_bdev filesystems_freeze kiocb_start_write
    `,
  },
  {
    // sb_start_write() inlined: the rwsem of freeze protection stands directly above.
    class: 'fs-freeze',
    role: 'top',
    on: ['percpu-rwsem'],
    source:
      'fs/read_write.c, fs/open.c, fs/namei.c, fs/namespace.c, fs/aio.c, io_uring/rw.c, fs/splice.c, fs/*/: sb_start_*()',
    symbols: `
      do_iter_write vfs_iter_write vfs_iocb_iter_write vfs_writev do_writev aio_write io_write vfs_fallocate
      do_sys_ftruncate do_ftruncate vfs_truncate do_sendfile do_splice vfs_copy_file_range do_clone_file_range
      vfs_clone_file_range path_openat open_last_lookups do_last do_unlinkat do_rmdir do_renameat2
      filename_create fchmodat chmod_common chown_common utimes_common touch_atime setxattr do_tmpfile do_open
      do_dentry_open cachefiles_write iter_file_splice_write do_page_mkwrite ext4_page_mkwrite xfs_filemap_fault
      __xfs_filemap_fault xfs_trans_alloc xfs_trans_alloc_empty btrfs_page_mkwrite start_transaction
      block_page_mkwrite filemap_page_mkwrite ext4_evict_inode __ext4_journal_start_sb ext4_journal_check_start
      f2fs_vm_page_mkwrite nilfs_page_mkwrite gfs2_page_mkwrite __kernel_write kernel_write nfsd_vfs_write
      fuse_page_mkwrite ovl_write_iter lo_rw_aio xfs_free_eofblocks xfs_inactive do_file_open btrfs_ioctl_defrag
      f2fs_ioc_shutdown vfs_utimes ksys_fallocate
    `,
  },
  {
    class: 'fs-freeze',
    role: 'top',
    on: ['percpu-rwsem', 'none'],
    source: 'fs/read_write.c: file_start_write() is the only wait of vfs_write() itself',
    symbols: 'vfs_write do_loop_readv_writev',
  },
  {
    class: 'quota',
    role: 'names',
    source: 'fs/quota/dquot.c, quota.c',
    symbols: `
      dqget dqput dquot_acquire dquot_commit dquot_release dquot_disable dquot_load_quota_sb
      dquot_load_quota_inode dquot_quota_sync dquot_writeback_dquots dquot_transfer __dquot_transfer
      dquot_initialize __dquot_initialize dquot_drop __dquot_drop wait_on_dquot invalidate_dquots add_dquot_ref
      remove_inode_dquot_ref drop_dquot_ref dquot_scan_active quota_release_workfn dquot_alloc_inode
      __dquot_alloc_space __dquot_free_space dquot_get_dqblk dquot_set_dqblk quotactl_fd qtree_write_dquot
      v2_write_dquot v2_read_dquot v2_release_dquot v2_get_next_id vfs_load_quota_inode
      dquot_reclaim_space_nodirty
    `,
  },
  {
    class: 'writeback',
    role: 'names',
    source: 'mm/page-writeback.c: a writer slowed down to the speed of its disk',
    symbols: `
      balance_dirty_pages balance_dirty_pages_ratelimited balance_dirty_pages_ratelimited_flags
      balance_dirty_pages_ratelimited_nr
    `,
  },
  {
    // Whose pages: the nearest caller that belongs to a remote file system.
    class: 'writeback',
    role: 'asks',
    claims: [...PAGE_CLAIMS, 'cgroup'],
    source: 'mm/filemap.c, fs/fs-writeback.c, mm/page-writeback.c, fs/sync.c, fs/inode.c',
    symbols: `
      __filemap_fdatawait_range filemap_fdatawait filemap_fdatawait_range filemap_fdatawait_keep_errors
      filemap_fdatawait_range_keep_errors kiocb_write_and_wait filemap_write_and_wait
      filemap_write_and_wait_range file_write_and_wait_range file_fdatawait_range filemap_fdatawrite
      filemap_fdatawrite_range __filemap_fdatawrite_range __filemap_fdatawrite filemap_fdatawrite_wbc
      filemap_flush filemap_invalidate_inode do_writepages fdatawait_one_bdev fdatawrite_one_bdev iterate_bdevs
      sync_bdevs wb_wait_for_completion sync_inodes_sb __writeback_inodes_sb_nr writeback_inodes_sb
      writeback_inodes_sb_nr try_to_writeback_inodes_sb bdi_sched_wait bdi_queue_work_onstack
      writeback_single_inode __writeback_single_inode write_inode_now sync_inode sync_inode_metadata
      inode_wait_for_writeback __inode_wait_for_writeback inode_sleep_on_writeback wait_sb_inodes
      writeback_sb_inodes __writeback_inodes_wb wb_writeback wb_do_writeback bdi_writeback_workfn wb_workfn
      bdi_writeback_task cgroup_writeback_umount inode_switch_wbs_work_fn sync_filesystem __sync_filesystem
      sync_filesystems sync_one_sb sync_inodes_one_sb ksys_sync generic_shutdown_super evict evict_inodes
      dispose_list iput iput_final generic_delete_inode invalidate_inodes clear_inode __mark_inode_dirty
      wb_shutdown wb_init cgwb_bdi_unregister bdi_unregister bdi_destroy sync_file_range ksys_sync_file_range
      generic_fadvise
    `,
  },
]
