import type { PrefixGroup, WaitGroup } from './table.ts'
import { REMOTE_CLASSES } from './table.ts'

/** Waits for block devices: requests and tags, frozen queues, md, dm, and the drivers below them. */
export const BLOCK_WAITS: readonly WaitGroup[] = [
  {
    class: 'blk-freeze',
    role: 'names',
    source: 'block/blk-mq.c, blk-core.c: waits for a queue to drain, or for a frozen one to thaw',
    symbols: `
      blk_mq_freeze_queue_wait blk_mq_freeze_queue_wait_timeout blk_mq_freeze_queue blk_freeze_queue
      blk_mq_freeze_queue_nomemsave blk_mq_freeze_queue_start blk_queue_enter __bio_queue_enter bio_queue_enter
      blk_mq_queue_enter blk_drain_queue __blk_drain_queue blk_queue_bypass_start
    `,
  },
  {
    class: 'block-io',
    role: 'names',
    source: 'block/blk-mq-tag.c, blk-core.c, blk-rq-qos.c, blk-wbt.c, blk-iocost.c, blk-throttle.c',
    symbols: `
      blk_mq_get_tag blk_mq_get_request __blk_mq_alloc_request __blk_mq_alloc_requests blk_mq_alloc_request
      get_request get_request_wait __get_request blk_get_request blk_old_get_request blk_queue_bio rq_qos_wait
      wbt_wait __rq_qos_throttle blkcg_iolatency_throttle ioc_rqos_throttle blk_throtl_bio blk_cgroup_throttle
      blkcg_maybe_throttle_current blkcg_schedule_throttle iocg_commit_bio
    `,
  },
  {
    class: 'block-io',
    role: 'asks',
    claims: ['nvme', 'scsi', 'nbd', 'loop'],
    source: 'block/blk-exec.c, blk-mq.c: a command the driver itself sent',
    symbols:
      'blk_execute_rq blk_execute_rq_nowait blk_rq_poll_completion blk_wait_io blk_rq_is_poll blk_io_schedule',
  },
  {
    class: 'block-io',
    role: 'asks',
    claims: ['md-raid', 'dm', 'nfs', 'cifs', 'ceph'],
    source: 'block/bio.c, mm/mempool.c: memory for a request, given back when another one ends',
    symbols:
      'mempool_alloc mempool_alloc_noprof bio_alloc_bioset bio_alloc_mddev bio_alloc bioset_alloc',
  },
  {
    class: 'block-io',
    role: 'names',
    source:
      'block/bio.c, blk-lib.c, blk-flush.c, fs/direct-io.c, fs/iomap/direct-io.c, block/fops.c',
    symbols: `
      submit_bio_wait bio_await blkdev_issue_flush blkdev_issue_discard blkdev_issue_zeroout
      __blkdev_issue_discard __blkdev_issue_zero_pages blkdev_issue_secure_erase submit_bio_noacct submit_bio
      generic_make_request __submit_bio submit_bio_noacct_nocheck blk_mq_submit_bio blk_mq_make_request
      blk_finish_plug blk_flush_plug_list __blk_flush_plug dio_await_one dio_await_completion
      do_blockdev_direct_IO __blockdev_direct_IO do_direct_IO __blockdev_direct_IO_newtrunc direct_io_worker
      iomap_dio_rw __iomap_dio_rw iomap_dio_complete __blkdev_direct_IO __blkdev_direct_IO_simple
      blkdev_direct_IO blkdev_read_iter blk_rq_map_user_iov
    `,
  },
  {
    class: 'block-io',
    role: 'asks',
    claims: ['btrfs', 'f2fs', 'other-fs'],
    source: 'fs/buffer.c, fs/mpage.c, block/partitions: a buffer being read or written',
    symbols: `
      __bread __bread_gfp __bread_slow __bh_read __bh_read_batch bh_submit_read bh_read __breadahead
      block_read_full_page sync_dirty_buffer __sync_dirty_buffer fsync_buffers_list sync_mapping_buffers
      write_dirty_buffer ll_rw_block __block_write_begin __block_write_begin_int block_write_begin
      __block_write_full_page block_write_full_page __block_write_full_folio generic_fsync __generic_file_fsync
      generic_buffers_fsync mmb_sync
    `,
  },
  {
    class: 'block-io',
    role: 'names',
    source:
      'block/bdev.c, genhd.c, ioctl.c, partitions/core.c: the device being opened, closed, scanned or removed',
    symbols: `
      blkdev_get blkdev_get_by_dev blkdev_get_by_path __blkdev_get blkdev_get_whole blkdev_get_part blkdev_open
      blkdev_put __blkdev_put blkdev_put_whole blkdev_put_part blkdev_release bdev_open bdev_open_by_dev
      bdev_release bd_start_claiming bd_prepare_to_claim bd_claim_writes bdev_disk_changed disk_scan_partitions
      blkdev_reread_part bdev_add_partition bdev_del_partition bdev_resize_partition del_gendisk device_add_disk
      disk_block_events disk_release add_disk rescan_partitions register_disk __register_blkdev
      blkdev_pr_preempt blk_trace_ioctl blk_trace_setup blkdev_ioctl blkdev_fallocate read_part_sector
      adfspart_check check_partition disk_clear_events bdev_check_media_change check_disk_change
      queue_attr_store blk_register_queue blk_unregister_queue elevator_change elv_iosched_store
    `,
  },
  {
    class: 'block-io',
    role: 'names',
    source:
      'drivers/block: virtio_blk, xen-blkfront, drbd, zram, ublk, rnbd, aoe, pktcdvd; drivers/mmc; drivers/mtd; drivers/bcache',
    symbols: `
      ublk_wait_tagset_rqs_idle ublk_ctrl_start_dev ublk_ch_open mmc_wait_for_req_done mmc_wait_for_req
      mmc_wait_for_cmd __mmc_claim_host mmc_blk_rw_wait mmc_mq_queue_rq cached_dev_write_complete
      bch_cache_set_alloc drbd_al_begin_io_prepare conn_wait_active_ee_empty closure_wait fd_wait_for_completion
      nand_get_device get_chip
    `,
  },
  {
    class: 'md-raid',
    role: 'names',
    source: 'drivers/md/md.c, md-bitmap.c, raid1.c, raid10.c, raid5.c, raid5-cache.c',
    symbols: `
      md_super_wait md_bitmap_startwrite md_bitmap_unplug md_bitmap_wait_writes bitmap_startwrite bitmap_unplug
      md_write_start md_handle_request md_flush_request md_submit_flush_data md_check_recovery md_do_sync
      md_update_sb md_start_sync md_ioctl md_open md_release md_stop md_attr_store md_set_readonly md_seq_show
      raise_barrier stop_waiting_barrier wait_blocked_dev wait_barrier _wait_barrier wait_read_barrier
      freeze_array wait_blocked_rdev wait_for_serialization raid1_make_request raid1_write_request raid1_unplug
      raid10_make_request raid10_write_request raid10_read_request raid5_get_active_stripe get_active_stripe
      __raid5_get_active_stripe raid5_make_request make_stripe_request raid5_sync_request raid5_quiesce
      reshape_request add_stripe_bio r5l_write_stripe r5l_wait_flush raid10_sync_request raid1_sync_request
      handle_stripe ops_run_io suspend_lo_store mddev_suspend __mddev_suspend mddev_suspend_and_lock
      action_store stop_sync_thread __md_stop_writes mddev_lock mddev_lock_nointr mddev_unlock lower_barrier
    `,
  },
  {
    class: 'dm',
    role: 'names',
    source: 'drivers/md/dm*.c, dm-bufio.c, persistent-data',
    symbols: `
      dm_wait_for_completion dm_wait_for_bios_completion dm_suspend __dm_suspend dm_resume dm_swap_table
      __dm_destroy dm_destroy dm_get_live_table dm_sync_table dev_suspend do_suspend do_resume table_clear
      table_load dev_wait dm_wait_event dev_remove process_deferred_bios thin_map pool_map wait_for_migrations
      crypt_alloc_buffer kcryptd_crypt crypt_page_alloc sync_io do_region dispatch_io dm_io new_read __bufio_new
      __get_unclaimed_buffer snapshot_map __origin_write __chunk_is_tracked account_start_copy stop_merge
      wait_for_in_progress __wait_for_free_buffer integrity_bio_wait wait_for_in_flight_bios
      multipath_wait_for_pg_init_completion flush_multipath_work mg_lock_writes integrity_metadata
      wait_and_add_new_range persistent_commit_merge dm_kcopyd_copy dmz_get_mblock
    `,
  },
  {
    class: 'nbd',
    role: 'names',
    source: 'drivers/block/nbd.c',
    symbols:
      'recv_work sock_xmit __sock_xmit wait_for_reconnect sock_shutdown send_disconnects __nbd_ioctl',
  },
  {
    class: 'nvme',
    role: 'names',
    source: 'drivers/nvme/host, drivers/nvme/target',
    symbols:
      '__nvme_submit_sync_cmd __nvme_disable_io_queues __nvme_check_ready nvmf_connect_admin_queue',
  },
  {
    class: 'scsi',
    role: 'names',
    source: 'drivers/scsi, drivers/ata, drivers/ufs, drivers/target, drivers/scsi/libiscsi.c',
    symbols: `
      scsi_execute __scsi_execute scsi_execute_req scsi_execute_cmd scsi_test_unit_ready sd_sync_cache sd_open
      sd_ioctl scsi_block_when_processing_errors scsi_remove_host scsi_internal_device_block scsi_target_block
      ata_exec_internal ata_exec_internal_sg ata_port_wait_eh ata_eh_recover ata_wait_after_reset ata_msleep
      sg_io sg_read sg_open sg_release st_write st_read st_do_scsi sr_block_ioctl sr_block_open sr_do_ioctl
      cdrom_open cdrom_release ses_recv_diag ufshcd_exec_dev_cmd ufshcd_clear_cmd ufshcd_wait_for_dev_cmd
      __ufshcd_wl_suspend ufshcd_hold transport_wait_for_tasks core_tpg_wait_for_nacl_pr_ref
      target_wait_for_cmds target_wait_for_sess_cmds core_tmr_abort_task __transport_wait_for_tasks sas_wait_eh
      sas_discover_domain
    `,
  },
  {
    class: 'loop',
    role: 'names',
    source: 'drivers/block/loop.c',
    symbols: `
      loop_control_remove loop_control_get_free loop_validate_file __loop_clr_fd __loop_update_dio lo_ioctl
      lo_open lo_release lo_rw_aio lo_write_bvec lo_read_simple lo_req_flush
    `,
  },
  {
    // Page waits of a device's own page cache stay what they are; only a remote owner takes them over.
    class: 'page-lock',
    role: 'asks',
    claims: REMOTE_CLASSES,
    source: 'block/bdev.c, fs/block_dev.c',
    symbols:
      'invalidate_bdev kill_bdev blkdev_flush_mapping sync_blockdev __sync_blockdev sync_blockdev_range',
  },
]

/** Name spaces of the block layer and of what stands on it and under it. */
export const BLOCK_PREFIXES: readonly PrefixGroup[] = [
  {
    class: 'block-io',
    modules: 'drbd zram virtio_blk ublk_drv rnbd_client bcache xen_blkfront mmc_block',
    source: 'block, drivers/block, drivers/mmc, drivers/mtd, drivers/md/bcache',
    prefixes: `
      blk_ blkcg_ blkdev_ bdev_ bio_ bfq_ dd_ elv_ elevator_ disk_ ioc_ ublk_ rnbd_ drbd_ virtblk_ blkif_ zram_
      mmc_ mtd_ bch_ aoe_ pkt_ blkfront_ xlvbd_ iomap_ nullb_ ataflop_ floppy_ zoned_ blkg_ fd_locked_
    `,
  },
  {
    class: 'md-raid',
    modules: 'md_mod raid0 raid1 raid10 raid456',
    source: 'drivers/md',
    prefixes: 'md_ mddev_ raid0_ raid1_ raid5_ raid6_ raid10_ r5l_ r5c_ llbitmap_',
  },
  {
    class: 'dm',
    modules:
      'dm_mod dm_thin_pool dm_crypt dm_snapshot dm_multipath dm_bufio dm_raid dm_cache dm_persistent_data dm_verity dm_integrity',
    source: 'drivers/md/dm*',
    prefixes:
      'dm_ dmz_ crypt_ kcryptd_ thin_ multipath_ pg_init_ verity_ vdo_ writecache_ dmcrypt_',
  },
  { class: 'nbd', modules: 'nbd', source: 'drivers/block/nbd.c', prefixes: 'nbd_' },
  {
    class: 'nvme',
    modules: 'nvme nvme_core nvme_fabrics nvme_tcp nvme_rdma nvme_fc nvmet',
    source: 'drivers/nvme',
    prefixes: 'nvme_ nvmf_ nvmet_',
  },
  {
    class: 'scsi',
    modules:
      'scsi_mod sd_mod sg libata ahci mpt3sas megaraid_sas qla2xxx lpfc libiscsi iscsi_tcp scsi_transport_iscsi libfc fnic smartpqi hpsa target_core_mod iscsi_target_mod',
    source: 'drivers/scsi, drivers/ata, drivers/ufs, drivers/target, drivers/message',
    prefixes: `
      scsi_ sd_ sg_ sr_ st_ ata_ ahci_ sas_ mpt3sas_ megasas_ mpt_ qla2x00_ qla_ lpfc_ iscsi_ iscsit_ fc_ srp_
      ufshcd_ virtscsi_ hpsa_ aac_ fcoe_ target_ tcm_ transport_ vhost_scsi_ iser_ isert_ bnx2i_ zfcp_ ibmvscsi_
      storvsc_ pqi_ smartpqi_ ses_ cdrom_ uas_ usb_stor_
    `,
  },
  { class: 'loop', modules: 'loop', source: 'drivers/block/loop.c', prefixes: 'loop_ lo_' },
]
