import type { PrefixGroup, WaitGroup } from './table.ts'

/** Waits for a server, or for a daemon that plays one: FUSE, NFS and its server, SMB, Ceph, 9P, AFS, Lustre. */
export const NETWORK_FS_WAITS: readonly WaitGroup[] = [
  {
    class: 'fuse',
    role: 'through',
    source: 'fs/fuse/dev.c, dev_uring.c, virtio_fs.c',
    symbols: `
      request_wait_answer wait_answer_interruptible fuse_simple_request __fuse_simple_request fuse_request_send
      __fuse_request_send fuse_request_send_nowait fuse_get_req fuse_get_req_for_background
      fuse_get_req_nofail_nopages fuse_get_req_nofail __fuse_get_req
    `,
  },
  {
    class: 'fuse',
    role: 'names',
    source: 'fs/fuse/file.c, dir.c, inode.c',
    symbols: `
      fuse_flush fuse_wait_on_page_writeback fuse_wait_on_folio_writeback fuse_page_is_writeback
      fuse_set_nowrite fuse_sync_writes fuse_sync_bucket_wait fuse_sync_fs_writes fuse_flush_requests_and_wait
      fuse_wait_aborted fuse_block_alloc fuse_release_common fuse_lock_inode
    `,
  },
  {
    // The inode lock of a FUSE file: a victim of whoever holds it, not a wait for the daemon.
    class: 'inode-lock',
    role: 'names',
    on: ['rwsem', 'mutex', 'none'],
    source: 'fs/fuse/file.c: inode_lock() in each',
    symbols: `
      fuse_file_write_iter fuse_cache_write_iter fuse_file_aio_write fuse_direct_write_iter fuse_direct_IO
      fuse_fsync fuse_dir_fsync fuse_file_fallocate fuse_direct_io_lock fuse_dio_lock
      fuse_passthrough_write_iter fuse_file_llseek fuse_file_cached_io_open
    `,
  },
  {
    class: 'inode-lock',
    role: 'names',
    on: ['rwsem'],
    source: 'fs/fuse/file.c: fuse_flush() takes the inode lock around fuse_sync_writes()',
    symbols: 'fuse_flush fuse_setattr fuse_do_setattr fuse_finish_open fuse_open_common fuse_open',
  },
  {
    class: 'fuse',
    role: 'names',
    rests: 'always',
    source: 'fs/fuse/dev.c: the daemon waits for the next request',
    symbols: `
      fuse_dev_do_read fuse_dev_read fuse_dev_splice_read request_wait
    `,
  },
  {
    class: 'nfs',
    role: 'through',
    claims: ['nfs', 'nfsd'],
    source: 'net/sunrpc/sched.c, clnt.c, xprt.c; fs/nfs/nfs4proc.c, nfs3proc.c',
    symbols: `
      rpc_wait_bit_killable rpc_wait_bit_interruptible __rpc_wait_for_completion_task
      rpc_wait_for_completion_task __rpc_execute rpc_execute rpc_run_task rpc_call_sync rpc_call_start
      nfs4_call_sync nfs4_call_sync_sequence nfs4_call_sync_custom nfs4_do_call_sync _nfs4_call_sync
      _nfs4_call_sync_session nfs3_rpc_wrapper nfs_wait_bit_killable nfs_wait_bit_uninterruptible
      nfs_wait_bit_interruptible nfs_wait_atomic_killable nfs_wait_killable rpc_shutdown_client
      rpc_killall_tasks rpc_clnt_disconnect rpc_call_null_helper rpc_ping rpc_create_xprt rpc_new_client
      rpc_create rpc_clone_client __rpc_clone_client
    `,
  },
  {
    class: 'nfs',
    role: 'names',
    source: 'net/sunrpc/xprt.c, xprtsock.c, auth_gss/auth_gss.c, rpcb_clnt.c; fs/lockd/clntlock.c',
    symbols: `
      xprt_request_dequeue_xprt xprt_destroy xprt_alloc_slot xs_wait_for_connect gss_cred_init
      gss_refresh_upcall gss_create_upcall rpcb_register_call nlmclnt_block nlmclnt_wait nlmclnt_call
      nlmclnt_proc _nfs4_opendata_to_nfs4_state wait_on_commit ff_layout_pg_init_read ff_layout_pg_init_write
      ff_layout_pg_get_read ff_layout_choose_ds_for_read pnfs_update_layout pnfs_layout_process
      pnfs_layoutcommit_inode pnfs_sync_inode filelayout_pg_init_read pnfs_wait_on_layoutreturn
    `,
  },
  {
    class: 'nfsd',
    role: 'names',
    source: 'fs/nfsd, net/sunrpc/svc*.c, fs/lockd/svc*.c: the server at work',
    symbols: `
      svc_xprt_received svc_close_net svc_close_list svc_xprt_destroy_all svc_destroy svc_shutdown_net
      svc_set_num_threads svc_stop_kthreads svc_start_kthreads svc_age_temp_xprts svc_tcp_sendto svc_tcp_sendmsg
      svc_udp_sendto svc_send svc_addsock nlmsvc_lookup_block nlmsvc_unlock nlm_lookup_host nlmsvc_lock
      laundromat_main fh_lock_nested fh_lock exp_flush cache_check cache_wait_req cache_clean unx_gid_lookup
      do_nfsd_create __destroy_client nfs4_laundromat nfs4_process_client_reaplist write_threads
      write_pool_threads svcauth_unix_set_client fh_verify idmap_lookup
    `,
  },
  {
    class: 'kthread-idle',
    role: 'names',
    rests: 'always',
    source:
      'net/sunrpc/svc_xprt.c, fs/nfs/callback.c, fs/nfsd/nfssvc.c, fs/lockd/svc.c: the next request',
    symbols: `
      svc_recv svc_get_next_xprt svc_rqst_wait_for_work svc_alloc_arg nfs4_callback_svc nfs41_callback_svc
      nfs_callback_svc svc_thread_wait_for_work
    `,
  },
  {
    class: 'cifs',
    role: 'through',
    source: 'fs/smb/client/transport.c',
    symbols: `
      wait_for_response compound_send_recv cifs_send_recv SendReceive SendReceive2 SendReceiveNoRsp
      SendReceiveBlockingLock smb_send_rqst __smb_send_rqst wait_for_free_request wait_for_free_credits
      wait_for_compound_request cifs_call_async cifs_sync_mid_result
    `,
  },
  {
    class: 'cifs',
    role: 'names',
    source: 'fs/smb/client',
    symbols: `
      smb2_reconnect cifs_reconnect_tcon __cifs_reconnect cifs_get_smb_ses cifs_put_tcp_session wait_mtu_credits
      check_mf_symlink open_cached_dir dfs_mount_share CIFSSMBRead CIFSSMBWrite2 CIFSTCon CIFSSMBNegotiate
      is_path_accessible is_path_remote cifs_find_lock_conflict
    `,
  },
  {
    class: 'kthread-idle',
    role: 'names',
    rests: 'always',
    source: 'fs/smb/client/connect.c, cached_dir.c; fs/smb/server/connection.c',
    symbols:
      'cifs_readv_from_socket cifs_read_from_socket cifs_demultiplex_thread cifs_cfids_laundromat_thread ksmbd_tcp_readv ksmbd_tcp_read ksmbd_conn_handler_loop ksmbd_kthread_fn',
  },
  {
    class: 'ceph',
    role: 'through',
    source: 'fs/ceph/mds_client.c, net/ceph/osd_client.c, mon_client.c',
    symbols: `
      ceph_mdsc_do_request ceph_mdsc_wait_request ceph_osdc_wait_request wait_request_timeout
      wait_generic_request ceph_osdc_call
    `,
  },
  {
    class: 'ceph',
    role: 'names',
    source: 'fs/ceph, net/ceph, drivers/block/rbd.c',
    symbols: `
      __ceph_do_getattr __ceph_setattr __ceph_get_caps __ceph_do_pending_vmtruncate ceph_get_caps
      try_get_cap_refs check_quota_exceeded wait_caps_flush wait_requests wait_unsafe_requests
      flush_mdlog_and_wait_mdsc_unsafe_requests ceph_flush_snaps ceph_con_send ceph_start_io_write
      ceph_start_io_read ceph_start_io_direct __ceph_open_session ceph_open_session wait_for_new_map
      ceph_wait_for_latest_osdmap linger_reg_commit_wait rbd_acquire_lock
    `,
  },
  {
    class: '9p',
    role: 'through',
    source: 'net/9p/client.c, trans_virtio.c, trans_fd.c, trans_xen.c',
    symbols: `
      p9_client_rpc p9_client_zc_rpc p9_virtio_request p9_virtio_zc_request p9_fd_request p9_rdma_request
      p9_xen_request p9_client_prepare_req
    `,
  },
  {
    class: 'afs',
    role: 'through',
    source: 'fs/afs/rxrpc.c, fs_operation.c',
    symbols: `
      afs_wait_for_call_to_complete afs_make_call afs_wait_for_operation afs_do_sync_operation
      rxrpc_kernel_send_data rxrpc_kernel_begin_call rxrpc_wait_for_channel rxrpc_do_sendmsg
    `,
  },
  {
    class: 'lustre',
    role: 'through',
    source: 'lustre/ptlrpc/client.c, lustre/ldlm/ldlm_request.c, lustre/obdclass/cl_io.c',
    symbols: `
      ptlrpc_queue_wait ptlrpc_set_wait ptlrpc_check_set ldlm_completion_ast ldlm_cli_enqueue
      ldlm_cli_enqueue_fini cl_sync_io_wait cl_sync_io_wait_recycle cl_io_submit_sync obd_get_request_slot
      obd_get_mod_rpc_slot
    `,
  },
  {
    // Code that several remote file systems share: whoever called it waits for its own server.
    class: 'other-fs',
    role: 'asks',
    claims: ['nfs', 'cifs', 'ceph', '9p', 'afs'],
    source: 'fs/netfs, fs/fscache',
    symbols: `
      netfs_wait_for_outstanding_io netfs_wait_for_request netfs_wait_for_read netfs_wait_for_write
      netfs_wait_for_paused_read netfs_wait_for_paused_write netfs_wait_for_in_progress_stream
      netfs_wait_for_in_progress netfs_unbuffered_read netfs_unbuffered_read_iter
      netfs_unbuffered_read_iter_locked netfs_unbuffered_write netfs_unbuffered_write_iter
      netfs_unbuffered_write_iter_locked netfs_perform_write netfs_file_write_iter
      netfs_buffered_write_iter_locked netfs_buffered_read_iter netfs_file_read_iter netfs_start_io_write
      netfs_start_io_read netfs_start_io_direct netfs_writepages netfs_begin_read netfs_readahead
      netfs_read_folio netfs_write_begin netfs_write_folio netfs_rreq_assess netfs_clear_inode_writeback
      netfs_read_gaps netfs_alloc_request netfs_dispatch_unbuffered_reads netfs_invalidate_folio
      netfs_begin_writethrough netfs_end_writethrough netfs_writeback_single netfs_prefetch_for_write
      fscache_wait_on_volume_collision fscache_begin_operation fscache_begin_lookup fscache_begin_volume_access
      __fscache_use_cookie __fscache_relinquish_cookie __fscache_acquire_cookie __fscache_resize_cookie
      fscache_wait_on_invalidate __fscache_wait_on_invalidate __fscache_disable_cookie __fscache_uncache_page
      fscache_wait_for_operation_activation fscache_wait_bit __fscache_read_or_alloc_pages
      __fscache_read_or_alloc_page __fscache_attr_changed __fscache_check_consistency
      fscache_wait_for_retrieval_activation fscache_wait_for_deferred_lookup fscache_object_sleep_till_congested
      __fscache_invalidate
    `,
  },
]

/** Name spaces of these file systems. */
export const NETWORK_FS_PREFIXES: readonly PrefixGroup[] = [
  {
    class: 'fuse',
    modules: 'fuse cuse virtiofs',
    source: 'fs/fuse',
    prefixes: 'fuse_ cuse_ virtio_fs_ virtiofs_',
  },
  {
    class: 'nfs',
    modules: 'nfs nfsv2 nfsv3 nfsv4 sunrpc auth_rpcgss rpcrdma nfs_layout_flexfiles',
    source: 'fs/nfs, net/sunrpc, fs/lockd (client)',
    prefixes: `
      nfs_ nfs2_ nfs3_ nfs4_ nfs40_ nfs41_ nfs42_ rpc_ rpcb_ xprt_ xs_ gss_ rpcauth_ rpciod_ nlmclnt_ nlm_ nlm4_
      pnfs_ ff_layout_ filelayout_ objlayout_ rpcrdma_
    `,
  },
  {
    class: 'nfsd',
    modules: 'nfsd',
    source: 'fs/nfsd, net/sunrpc/svc*, fs/lockd (server), net/sunrpc/cache.c',
    prefixes: 'nfsd_ nfsd3_ nfsd4_ nfssvc_ svc_ svcauth_ nlmsvc_ nlm4svc_ lockd_ sunrpc_',
  },
  {
    class: 'cifs',
    modules: 'cifs ksmbd',
    source: 'fs/smb, formerly fs/cifs',
    prefixes: 'cifs_ SMB2_ SMB3_ smb2_ smb3_ smb_ smb311_ smbd_ ksmbd_',
  },
  {
    class: 'ceph',
    modules: 'ceph libceph rbd',
    source: 'fs/ceph, net/ceph, drivers/block/rbd.c',
    prefixes: 'ceph_ rbd_',
  },
  {
    class: '9p',
    modules: '9p 9pnet 9pnet_virtio 9pnet_fd',
    source: 'fs/9p, net/9p',
    prefixes: 'v9fs_ p9_',
  },
  {
    class: 'afs',
    modules: 'kafs openafs rxrpc',
    source: 'fs/afs, net/rxrpc',
    prefixes: 'afs_ rxrpc_ yfs_',
  },
  {
    class: 'lustre',
    modules:
      'lustre ptlrpc osc mdc lov lmv obdclass lnet libcfs mgc fid fld ksocklnd ko2iblnd mdt mdd ofd osp lod lfsck',
    source: 'lustre client and server modules',
    prefixes: `
      ll_ ldlm_ ptlrpc_ osc_ mdc_ lov_ lmv_ llog_ vvp_ lnet_ obd_ mgc_ mdt_ mdd_ ofd_ osp_ lfsck_ lod_ kiblnd_
      ksocknal_
    `,
  },
  { class: 'overlayfs', modules: 'overlay', source: 'fs/overlayfs', prefixes: 'ovl_' },
]
