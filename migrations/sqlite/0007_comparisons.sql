-- What a snapshot was compared with goes over to it when it is no longer kept for new ones: what
-- rests on the comparison is found again as long as the snapshot itself can be read.
ALTER TABLE snapshot_sources ADD COLUMN earlier BLOB;   -- packed; null while snapshot_looks has it
CREATE INDEX snapshot_sources_by_earlier ON snapshot_sources (host_id, earlier_no)
  WHERE earlier_no IS NOT NULL;
