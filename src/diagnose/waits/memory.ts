import type { WaitGroup } from './table.ts'
import { PAGE_CLAIMS } from './table.ts'

/** Waits for memory: mmap_lock, reclaim, compaction, memory cgroups, swap. */
export const MEMORY_WAITS: readonly WaitGroup[] = [
  {
    class: 'mmap-lock',
    role: 'names',
    source: 'include/linux/mmap_lock.h, mm/mmap_lock.c, mm/memory.c',
    symbols: `
      mmap_read_lock mmap_read_lock_killable mmap_write_lock mmap_write_lock_killable lock_mm_and_find_vma
      upgrade_mmap_lock_carefully get_mmap_lock_carefully __vma_enter_locked __vma_start_write vma_start_write
      lock_vma_under_rcu
    `,
  },
  {
    // The lock primitives are above these functions, or were left out by /proc.
    class: 'mmap-lock',
    role: 'names',
    on: ['rwsem', 'none'],
    source:
      'arch/*/mm/fault.c, mm/mmap.c, mprotect.c, mremap.c, madvise.c, mlock.c, gup.c, fs/exec.c, kernel/fork.c',
    symbols: `
      do_user_addr_fault __do_page_fault do_page_fault exc_page_fault do_async_page_fault ___do_page_fault
      do_exception vm_mmap_pgoff vm_mmap vm_munmap __vm_munmap do_munmap vm_brk_flags do_brk_flags __do_sys_brk
      do_mprotect_pkey mprotect_fixup do_mremap do_madvise madvise_lock madvise_walk_vmas apply_vma_lock_flags
      do_mlock do_mlockall apply_mlockall_flags __mm_populate populate_vma_page_range mm_populate
      faultin_page_range exit_mmap exit_mm exit_mm_release dup_mm dup_mmap exec_mmap setup_arg_pages
      copy_strings copy_strings_kernel get_arg_page get_user_pages_unlocked get_user_pages_fast
      internal_get_user_pages_fast gup_fast_fallback __gup_longterm_locked __get_user_pages_locked
      get_user_pages_remote pin_user_pages_fast pin_user_pages_remote access_process_vm __access_remote_vm
      access_remote_vm get_cmdline get_mm_cmdline process_vm_rw process_vm_rw_core proc_pid_cmdline_read
      environ_read proc_map_files_lookup proc_map_files_readdir map_files_get_link map_files_d_revalidate
      pagemap_read show_smaps_rollup show_smap smaps_rollup_show clear_refs_write show_numa_map mem_rw
      do_procmap_query task_mem task_vsize khugepaged_scan_mm_slot collapse_huge_page hpage_collapse_scan_file
      khugepaged_do_scan madvise_collapse ksm_do_scan unmerge_and_remove_all_rmap_items break_ksm
      scan_get_next_rmap_item __ksm_exit ksm_exit __khugepaged_exit do_migrate_pages kernel_mbind do_mbind
      do_set_mempolicy do_get_mempolicy migrate_to_node kernel_move_pages do_pages_stat userfaultfd_ioctl
      userfaultfd_release userfaultfd_register userfaultfd_copy mfill_atomic uffd_mfill_lock mwriteprotect_range
      userfaultfd_move task_numa_work change_prot_numa uprobe_register register_for_each_vma uprobe_mmap
      xol_add_vma get_xol_area do_mincore elf_map load_elf_binary aio_setup_ring ioctx_alloc prctl_set_mm
      prctl_set_vma acct_collect mm_take_all_locks mm_drop_all_locks vm_insert_pages ib_umem_get vaddr_get_pfns
      vfio_lock_acct kvm_arch_prepare_memory_region i915_gem_userptr_get_pages unuse_mm unuse_process
      try_to_unuse oom_reap_task_mm __oom_reap_task oom_reap_task do_shmat ksys_shmdt do_shmdt expand_stack
      sys_mincore sys_munmap sys_mprotect sys_brk sys_mmap_pgoff sys_mlock sys_madvise sys_mremap
    `,
  },
  {
    // i_mmap_rwsem and the locks of anonymous memory: not mmap_lock itself, but what holds up an address space.
    class: 'mmap-lock',
    role: 'names',
    on: ['rwsem', 'none'],
    source: 'mm/mmap.c, mm/vma.c, mm/rmap.c',
    symbols: `
      unlink_file_vma unlink_file_vma_batch_process unlink_file_vma_batch_final unlink_anon_vmas anon_vma_clone
      anon_vma_fork vma_link vma_prepare __vma_adjust vma_adjust copy_vma __anon_vma_prepare free_pgtables
    `,
  },
  {
    // Task's own address space: kernel/exit.c takes mmap_sem in exit_mm(), inlined into do_exit().
    class: 'mmap-lock',
    role: 'names',
    on: ['rwsem'],
    source: 'kernel/exit.c, kernel/fork.c, fs/proc/task_mmu.c (killable since 5.3), fs/coredump.c',
    symbols: `
      do_exit mmput __mmput copy_process do_coredump coredump_wait elf_core_dump dump_vma_snapshot zap_threads
      do_anonymous_page handle_mm_fault hva_to_pfn hva_to_pfn_slow get_futex_key
    `,
  },
  {
    class: 'reclaim',
    role: 'through',
    source: 'mm/vmscan.c, mm/shrinker.c: shrinker_rwsem',
    symbols:
      'unregister_memcg_shrinker prealloc_memcg_shrinker shrinker_memcg_alloc shrinker_memcg_remove',
  },
  {
    class: 'reclaim',
    role: 'names',
    source: 'mm/vmscan.c, mm/page_alloc.c, mm/shrinker.c, mm/backing-dev.c',
    symbols: `
      shrink_folio_list shrink_page_list shrink_inactive_list shrink_active_list shrink_list shrink_lruvec
      shrink_node shrink_node_memcgs shrink_one shrink_many lru_gen_shrink_node evict_folios
      try_to_shrink_lruvec shrink_zone shrink_zones shrink_slab do_shrink_slab shrink_slab_memcg
      shrink_all_memory __node_reclaim node_reclaim do_try_to_free_pages try_to_free_pages __perform_reclaim
      __alloc_pages_direct_reclaim throttle_direct_reclaim throttle_vm_writeout reclaim_throttle
      consider_reclaim_throttle balance_pgdat zone_reclaim too_many_isolated __alloc_pages_slowpath
      __alloc_pages_may_oom out_of_memory oom_kill_process pagefault_out_of_memory prealloc_shrinker
      __prealloc_shrinker register_shrinker register_shrinker_prepared unregister_shrinker
      free_prealloced_shrinker shrinker_alloc shrinker_register shrinker_free shrinker_debugfs_scan_write
      expand_shrinker_info alloc_shrinker_info drop_slab reclaim_pages reclaim_clean_pages_from_list pageout
      writeout kswapd_shrink_node demote_folio_list __alloc_pages_nodemask __alloc_pages __alloc_pages_noprof
      __alloc_frozen_pages_noprof
    `,
  },
  {
    class: 'reclaim',
    role: 'asks',
    claims: [...PAGE_CLAIMS, 'writeback'],
    source: 'mm/backing-dev.c, before 5.16',
    symbols: 'congestion_wait wait_iff_congested',
  },
  {
    class: 'compaction',
    role: 'names',
    source: 'mm/compaction.c, mm/migrate.c, mm/cma.c, mm/memory_hotplug.c',
    symbols: `
      compact_zone compact_zone_order compact_node try_to_compact_pages __alloc_pages_direct_compact
      kcompactd_do_work migrate_pages migrate_pages_batch migrate_pages_sync unmap_and_move __unmap_and_move
      migrate_folio_unmap migrate_folio_move unmap_and_move_huge_page migrate_misplaced_page
      migrate_misplaced_folio migrate_vma_pages migrate_device_pages isolate_migratepages_block
      isolate_migratepages_range isolate_migratepages alloc_contig_range __alloc_contig_migrate_range cma_alloc
      __cma_alloc cma_range_alloc offline_pages scan_movable_pages do_migrate_range soft_offline_page
      soft_offline_in_use_page sysctl_compaction_handler proactive_compact_node fallback_migrate_page
      move_to_new_page move_to_new_folio buffer_migrate_page __buffer_migrate_folio
      migrate_huge_page_move_mapping
    `,
  },
  {
    class: 'memcg',
    role: 'names',
    source: 'mm/memcontrol.c, mm/memcontrol-v1.c, mm/hugetlb_cgroup.c',
    symbols: `
      try_charge try_charge_memcg reclaim_high high_work_func __mem_cgroup_handle_over_high
      try_to_free_mem_cgroup_pages mem_cgroup_oom_synchronize mem_cgroup_out_of_memory mem_cgroup_oom_trylock
      mem_cgroup_oom mem_cgroup_reclaim __mem_cgroup_try_charge __memcg_kmem_newpage_charge drain_all_stock
      memory_high_write memory_max_write memory_reclaim mem_cgroup_resize_max mem_cgroup_force_empty
      mem_cgroup_force_empty_write mem_cgroup_css_free mem_cgroup_css_offline obj_cgroup_charge_pages
      memcg_charge_kernel_stack user_proactive_reclaim mem_cgroup_do_charge __mem_cgroup_charge
      memcg_alloc_cache_id memcg_expand_shrinker_maps
    `,
  },
  {
    class: 'swap',
    role: 'names',
    source:
      'mm/swapfile.c, swap_state.c, page_io.c, zswap.c, mm/memory.c (do_swap_page), mm/shmem.c',
    symbols: `
      kvm_async_pf_task_wait kvm_async_pf_task_wait_schedule do_swap_page swap_readpage swap_read_folio
      swap_writepage swap_writeout __swap_writepage read_swap_cache_async __read_swap_cache_async
      swapin_readahead swap_vma_readahead swap_cluster_readahead swapin_folio do_swapoff __do_sys_swapoff
      __do_sys_swapon sys_swapoff sys_swapon shmem_unuse shmem_swapin shmem_swapin_folio shmem_swapin_page
      shmem_swapin_cluster get_swap_page get_swap_pages swap_alloc_slow folio_alloc_swap swap_cgroup_swapon
      zswap_store zswap_frontswap_store zswap_load unuse_pte unuse_pte_range refill_swap_slots_cache
      enable_swap_slots_cache swap_discard_work
    `,
  },
  {
    // A page that is being read in, or that another task works on; which device or server, its caller tells.
    class: 'page-lock',
    role: 'asks',
    claims: PAGE_CLAIMS,
    source:
      'mm/filemap.c, mm/readahead.c, mm/truncate.c, mm/page-writeback.c, mm/memory.c, mm/shmem.c',
    symbols: `
      filemap_fault filemap_update_page filemap_get_pages filemap_read filemap_read_folio filemap_create_folio
      filemap_read_page filemap_splice_read filemap_map_pages generic_file_buffered_read generic_file_read_iter
      do_generic_file_read generic_file_aio_read generic_file_splice_read do_generic_mapping_read
      do_read_cache_page do_read_cache_folio read_cache_page read_cache_folio read_cache_page_gfp
      read_mapping_page mapping_read_folio_gfp read_cache_page_async pagecache_get_page __filemap_get_folio
      find_lock_page find_lock_entry find_lock_entries find_or_create_page grab_cache_page_write_begin
      find_lock_page_all find_get_entries filemap_lock_folio generic_perform_write iomap_write_begin
      iomap_file_buffered_write iomap_page_mkwrite block_page_mkwrite write_cache_pages writeback_iter
      writeback_get_folio write_one_page folio_write_one iomap_writepages generic_writepages
      mpage_prepare_extent_to_map mpage_readpages mpage_readahead read_pages page_cache_ra_unbounded
      page_cache_ra_order ondemand_readahead force_page_cache_readahead page_cache_sync_ra
      __do_page_cache_readahead invalidate_inode_pages2 invalidate_inode_pages2_range invalidate_mapping_pages
      truncate_inode_pages truncate_inode_pages_range truncate_inode_pages_final truncate_pagecache
      truncate_setsize pagecache_isize_extended truncate_cleanup_folio truncate_cleanup_page
      truncate_inode_partial_folio truncate_inode_partial_page clean_bdev_aliases remove_inode_hugepages
      page_cache_async_ra filemap_readahead mapping_evict_folio generic_error_remove_folio unmap_mapping_folio
      __do_fault do_fault do_shared_fault do_cow_fault do_read_fault do_page_mkwrite fault_dirty_shared_page
      wp_page_shared do_wp_page wp_page_copy shmem_getpage_gfp shmem_get_folio_gfp shmem_get_folio shmem_fault
      shmem_undo_range shmem_write_begin shmem_truncate_range hugetlb_fault hugetlb_no_page hugetlb_wp
      split_huge_page_to_list split_huge_page_to_list_to_order split_folio_to_list migration_entry_wait
      __migration_entry_wait pmd_migration_entry_wait migration_entry_wait_on_locked __migration_entry_wait_huge
      migration_entry_wait_huge device_private_entry_wait remove_device_exclusive_entry follow_page_pte
      madvise_cold_or_pageout_pte_range madvise_free_pte_range try_to_unmap_one rmap_walk_file
      page_cache_pipe_buf_confirm page_cache_pipe_buf_try_steal memory_failure me_pagecache_clean mlock_folio
      collapse_file try_to_split_thp_page isolate_lru_page try_to_merge_one_page iomap_readahead
      iomap_read_folio iomap_readpage_actor iomap_write_end
    `,
  },
  {
    class: 'unknown',
    role: 'names',
    source: 'fs/userfaultfd.c: a fault that a process answers',
    symbols: 'handle_userfault userfaultfd_event_wait_completion',
  },
]
