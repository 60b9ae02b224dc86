import type { PrefixGroup, WaitGroup } from './table.ts'
import { FILE_SYSTEM_CLASSES, PAGE_CLAIMS } from './table.ts'

/** Waits inside one local file system: its journal, its trees, its own locks. */
export const LOCAL_FS_WAITS: readonly WaitGroup[] = [
  {
    class: 'ext4',
    role: 'names',
    source: 'fs/jbd2, formerly fs/jbd; fs/ext4',
    symbols: `
      wait_transaction_locked wait_transaction_switching add_transaction_credits start_this_handle
      do_get_write_access jbd2_log_wait_commit jbd2_log_do_checkpoint __jbd2_log_wait_for_space
      jbd2_journal_wait_updates log_wait_commit log_do_checkpoint __log_wait_for_space journal_get_write_access
      journal_start journal_stop journal_flush journal_force_commit journal_get_create_access
      journal_invalidatepage journal_try_to_free_buffers __wait_cp_io jbd2_complete_transaction
      jbd2_trans_will_send_data_barrier jbd2_log_start_commit __ext4_journal_start_sb mb_cache_entry_wait_unused
      ext4_wait_block_bitmap ext4_mb_load_buddy_gfp
    `,
  },
  {
    class: 'ext4',
    role: 'names',
    claimsPages: true,
    source: 'fs/jbd2/commit.c: the journal thread waits for the pages and buffers it commits',
    symbols: `
      jbd2_journal_commit_transaction journal_commit_transaction jbd2_journal_submit_inode_data_buffers
      jbd2_journal_finish_inode_data_buffers ext4_journalled_submit_inode_data_buffers
      ext4_finish_inode_data_buffers ext4_journal_finish_inode_data_buffers journal_submit_data_buffers
      journal_finish_inode_data_buffers journal_wait_on_commit_record jbd2_write_superblock
      jbd2_journal_update_sb_log_tail jbd2_journal_flush jbd2_journal_recover do_one_pass jread
      jbd2_cleanup_journal_tail jbd2_update_log_tail
    `,
  },
  {
    // inode_lock() of an ext4 file, directly in its file operations.
    class: 'inode-lock',
    role: 'names',
    on: ['rwsem', 'mutex', 'none'],
    source: 'fs/ext4/file.c, extents.c, inode.c, ioctl.c: inode_lock()',
    symbols: `
      ext4_buffered_write_iter ext4_dio_write_iter ext4_dio_read_iter ext4_file_write_iter ext4_file_write
      ext4_file_read_iter ext4_dax_write_iter ext4_dax_read_iter ext4_fallocate ext4_zero_range ext4_punch_hole
      ext4_llseek ext4_collapse_range ext4_insert_range ext4_move_extents ext4_dio_write_checks
      ext4_file_dio_write ext4_iomap_swap_activate ext4_inode_attach_jinode ext4_ext_migrate ext3_file_write
    `,
  },
  {
    class: 'xfs',
    role: 'through',
    source: 'fs/xfs/xfs_log_priv.h',
    symbols: 'xlog_wait',
  },
  {
    class: 'xfs',
    role: 'names',
    source: 'fs/xfs',
    symbols: `
      xfs_ilock xfs_buf_lock xfs_buf_iowait xlog_wait_on_iclog xlog_grant_head_wait xlog_grant_head_check
      xlog_cil_order_write xlog_cil_force_seq xlog_cil_push_work xlog_state_get_iclog_space
      xlog_wait_iclog_completion xfs_buftarg_wait xfs_buftarg_drain xfs_log_force xfs_log_force_seq
      _xfs_log_force _xfs_log_force_lsn __xfs_iunpin_wait xfs_iunpin_wait __xfs_iflock xfs_iflock xfs_qm_dqlock
      xfs_ail_push_all_sync xfs_extent_busy_flush xfs_extent_busy_wait_all xfs_reclaim_inodes_ag
      xfs_reclaim_inode xfs_perag_get xfs_iomap_write_delay kmem_alloc kmem_zone_alloc xfs_wait_buftarg
      xfs_buf_wait_unpin xfs_buf_read_map
    `,
  },
  {
    class: 'btrfs',
    role: 'names',
    source: 'fs/btrfs',
    symbols: `
      wait_current_trans start_transaction join_transaction btrfs_commit_transaction wait_for_commit
      wait_on_extent_buffer_writeback lock_extent_buffer_for_io read_extent_buffer_pages
      read_extent_buffer_pages_nowait wait_extent_bit lock_extent lock_extent_bits try_lock_extent
      lock_and_cleanup_extent_if_need __btrfs_tree_read_lock __btrfs_tree_lock btrfs_tree_read_lock_nested
      btrfs_tree_lock_nested wait_reserve_ticket handle_reserve_ticket __reserve_bytes reserve_metadata_bytes
      wait_dev_flush write_dev_flush barrier_all_devices wait_dev_supers write_all_supers wait_log_commit
      flush_space wait_for_writer scrub_pause_on scrub_stripes scrub_enumerate_chunks scrub_workers_get
      scrub_chunk wait_scrub_stripe_io flush_scrub_stripes scrub_blocked_if_needed __scrub_blocked_if_needed
      close_ctree open_ctree lock_delalloc_pages lock_delalloc_folios find_lock_delalloc_range
      extent_write_cache_pages extent_writepages btree_write_cache_pages btree_writepages relocate_block_group
      relocate_file_extent_cluster prepare_pages read_block_for_search read_tree_block wait_eb_writebacks
      alloc_reserved_file_extent cache_save_setup do_chunk_alloc cow_file_range run_delalloc_nocow
      submit_compressed_extents async_cow_submit del_orphan_item merge_reloc_roots lock_extent_direct
      wait_current_trans_commit_start run_delayed_tree_ref run_one_delayed_ref cache_block_group
      load_free_space_cache wait_subpage_spinlock read_node_slot reada_for_search
    `,
  },
  {
    class: 'zfs',
    role: 'through',
    source: 'OpenZFS module/os/linux/spl/spl-condvar.c, spl-taskq.c, spl-mutex',
    symbols: `
      cv_wait_common __cv_wait __cv_wait_io __cv_timedwait_common __cv_timedwait __cv_timedwait_io
      __cv_timedwait_hires cv_timedwait_hires_common
    `,
  },
  {
    // The signal-counting variants are how ZFS threads say "nothing to do".
    class: 'zfs',
    role: 'names',
    rests: 'always',
    source: 'OpenZFS spl-condvar.c, txg.c, spl-taskq.c, zthr.c: threads between two pieces of work',
    symbols: `
      __cv_wait_sig __cv_wait_idle __cv_timedwait_sig __cv_timedwait_idle __cv_timedwait_sig_hires
      __cv_timedwait_idle_hires txg_thread_wait taskq_thread l2arc_feed_thread zthr_procedure mmp_thread
      arc_reclaim_thread dbuf_evict_thread zfs_zevent_wait txg_sync_thread txg_quiesce_thread
    `,
  },
  {
    class: 'zfs',
    role: 'names',
    source: 'OpenZFS module/zfs, module/os/linux/zfs',
    symbols: `
      txg_wait_synced txg_wait_synced_impl txg_wait_synced_flags txg_wait_open txg_sync_stop txg_quiesce
      zil_commit zil_commit_impl zil_commit_waiter zio_wait dmu_tx_wait dmu_tx_assign dmu_tx_delay rrw_enter
      rrw_enter_write rrm_enter taskq_wait taskq_wait_id taskq_wait_outstanding rangelock_enter
      zfs_rangelock_enter_impl spa_config_enter spa_config_enter_impl bpobj_enqueue spa_namespace_enter
      zfsvfs_hold zfsvfs_teardown spl_kmem_cache_alloc spl_cache_grow
    `,
  },
  {
    class: 'f2fs',
    role: 'names',
    claimsPages: true,
    source: 'fs/f2fs',
    symbols: `
      f2fs_wait_on_page_writeback f2fs_wait_on_all_pages f2fs_issue_checkpoint f2fs_balance_fs
      f2fs_submit_merged_write f2fs_write_checkpoint f2fs_issue_flush f2fs_wait_on_block_writeback f2fs_sync_fs
      __wait_all_discard_cmd __wait_discard_cmd_range __wait_one_discard_bio submit_flush_wait
      __submit_flush_wait f2fs_down_write f2fs_down_read __checkpoint_and_complete_reqs f2fs_get_node_page
      f2fs_quota_sync f2fs_wait_discard_bios f2fs_lock_op block_operations do_garbage_collect
    `,
  },
  {
    class: 'inode-lock',
    role: 'names',
    on: ['rwsem'],
    source: 'fs/f2fs/file.c, fs/direct-io.c, block/fops.c, fs/libfs.c: inode_lock()',
    symbols: `
      f2fs_file_write_iter f2fs_file_read_iter f2fs_fallocate f2fs_move_file_range f2fs_precache_extents
      __blockdev_direct_IO do_blockdev_direct_IO blkdev_fallocate __generic_file_fsync generic_fsync
      ext2_file_write_iter ext2_dio_write_iter exfat_file_write_iter ntfs_file_write_iter fat_fallocate
    `,
  },
  {
    class: 'other-fs',
    role: 'names',
    source: 'fs/gfs2, fs/ocfs2, fs/dlm: cluster file systems',
    symbols: `
      gfs2_glock_wait gfs2_glock_dq_wait gfs2_log_reserve gfs2_log_flush log_flush_wait gdlm_lock
      ocfs2_cluster_lock __ocfs2_cluster_lock ocfs2_wait_for_mask ocfs2_wait_for_recovery o2net_send_message_vec
      dlm_lock_sync dlmlock dlm_wait_requestqueue dlm_user_request dlm_new_lockspace dlm_get_lock_resource
      dlm_recover_members ocfs2_journal_toggle_dirty
    `,
  },
  {
    class: 'other-fs',
    role: 'names',
    source:
      'fs/jfs, fs/reiserfs, fs/nilfs2, fs/ubifs, fs/bcachefs, fs/ecryptfs, fs/orangefs, fs/autofs, fs/fat, fs/ntfs3',
    symbols: `
      txBegin txLock txCommit lmLogSync lmGroupCommit lbmIOWait __get_metapage txEnd diWrite diRead
      reiserfs_write_lock reiserfs_write_lock_nested flush_commit_list flush_journal_list do_journal_begin_r
      do_journal_end queue_log_writer wait_on_tree_lock reiserfs_wait_on_write_block make_reservation
      journal_begin journal_end journal_join journal_transaction_should_end lock_metapage __lock_metapage
      write_begin_slow do_commit service_operation wait_for_matching_downcall orangefs_wait_for_downcall
      autofs_wait autofs4_wait autofs_mount_wait autofs_d_manage autofs4_mount_wait autofs_expire_wait
      closure_sync closure_sync_unbounded __closure_sync __closure_sync_timeout closure_return_sync ni_lock
      ntfs3_setattr vbg_hgcm_call z_erofs_runqueue z_erofs_decompress_queue cachefiles_ondemand_send_req
    `,
  },
  {
    // Another task is evicting, or still reading in, this inode; which file system, its caller tells.
    class: 'inode-lock',
    role: 'asks',
    claims: FILE_SYSTEM_CLASSES,
    source: 'fs/inode.c',
    symbols: `
      __wait_on_freeing_inode find_inode find_inode_fast wait_on_inode iget_locked iget5_locked ilookup ilookup5
      ilookup5_nowait insert_inode_locked insert_inode_locked4 inode_insert5 find_inode_nowait iget5_locked_rcu
      inode_wait_for_new ifind ifind_fast get_new_inode get_new_inode_fast
    `,
  },
  {
    // Waits for direct I/O in flight to this inode to end.
    class: 'block-io',
    role: 'asks',
    claims: PAGE_CLAIMS,
    source: 'fs/inode.c, fs/libfs.c',
    symbols: '__inode_dio_wait inode_dio_wait inode_dio_wait_interruptible',
  },
]

/** Name spaces of these file systems. */
export const LOCAL_FS_PREFIXES: readonly PrefixGroup[] = [
  {
    class: 'ext4',
    modules: 'ext4 ext3 jbd2 jbd',
    source: 'fs/ext4, fs/ext3, fs/jbd2, fs/jbd',
    prefixes: 'ext4_ ext3_ jbd2_ jbd_ journal_',
  },
  { class: 'xfs', modules: 'xfs', source: 'fs/xfs', prefixes: 'xfs_ xlog_ xfsaild_ xrep_ xchk_' },
  { class: 'btrfs', modules: 'btrfs', source: 'fs/btrfs', prefixes: 'btrfs_ btree_' },
  {
    class: 'zfs',
    modules: 'zfs spl zcommon icp',
    source: 'OpenZFS',
    prefixes: `
      zfs_ zpl_ zvol_ txg_ dmu_ arc_ dbuf_ zio_ zil_ spa_ dsl_ vdev_ metaslab_ dnode_ l2arc_ rrw_ rrm_ abd_ spl_
      taskq_ zfsdev_ zfsctl_ bpobj_ ddt_ mmp_ zthr_ ztest_
    `,
  },
  { class: 'f2fs', modules: 'f2fs', source: 'fs/f2fs', prefixes: 'f2fs_' },
  {
    class: 'other-fs',
    modules:
      'gfs2 ocfs2 dlm jfs reiserfs nilfs2 ubifs bcachefs erofs ecryptfs orangefs autofs4 ntfs3 exfat vboxsf mmfs26 vxfs aufs cachefiles',
    source: 'the file systems without a class of their own',
    prefixes: `
      gfs2_ ocfs2_ o2net_ o2cb_ dlm_ jfs_ reiserfs_ nilfs_ ubifs_ ubi_ bch2_ erofs_ z_erofs_ ecryptfs_ orangefs_
      autofs_ autofs4_ ntfs_ ntfs3_ ni_ hfs_ hfsplus_ fat_ vfat_ msdos_ exfat_ udf_ isofs_ squashfs_ minix_ ufs_
      affs_ befs_ hpfs_ vboxsf_ coda_ jffs2_ cramfs_ configfs_ omfs_ qnx4_ qnx6_ romfs_ sysv_ efivarfs_ ext2_
      cachefiles_ hugetlbfs_ exofs_ pvfs2_ gpfs_ mmfs_ vxfs_ vx_ acfs_ ofs_ aufs_ au_ unionfs_ netfs_ fscache_
    `,
  },
]
