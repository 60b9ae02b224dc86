-- What became of incidents, for those who are to be told: written in the transaction of the change itself, and taken out
-- when it has been handed on.
CREATE TABLE incident_outbox (
  outbox_no   INTEGER PRIMARY KEY AUTOINCREMENT,   -- in the order of the changes
  incident_id TEXT    NOT NULL,
  what        TEXT    NOT NULL,                    -- opened, reopened or resolved
  why         TEXT    NOT NULL,                    -- cleared or rebooted where a snapshot showed that it is over, else ''
  at          INTEGER NOT NULL,                    -- when it happened on the host, or when somebody said so
  who         TEXT    NOT NULL,
  snapshot_id TEXT,                                -- that showed it; null where a person did it
  written_at  INTEGER NOT NULL
);

-- Incidents ------------------------------------------------------------------------------------

-- When what an incident is about was started: numbers of one boot are used again. JSON, see found.ts. The identity of a
-- row is the one that snapshots tell, and the row's id behind it.
ALTER TABLE incidents ADD COLUMN starts TEXT NOT NULL DEFAULT '{}';
UPDATE incidents SET identity = identity || ' @' || id;

-- Until when nobody wants to hear of it; null: it is not muted.
ALTER TABLE incidents ADD COLUMN muted_until INTEGER;
ALTER TABLE incidents ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX incidents_by_mute ON incidents (muted_until) WHERE muted_until IS NOT NULL;
ALTER TABLE incident_history ADD COLUMN until INTEGER;

-- Cells with whether their incidents are muted: those are not counted as open.
CREATE TABLE cells_with_mute (
  cell_id       INTEGER PRIMARY KEY,
  signature     TEXT    NOT NULL,
  verdict       TEXT    NOT NULL,
  severity      TEXT    NOT NULL,
  state         TEXT    NOT NULL,
  muted         INTEGER NOT NULL,
  class         TEXT    NOT NULL,
  kernel        TEXT    NOT NULL,
  kernel_series TEXT    NOT NULL,
  incidents     INTEGER NOT NULL,
  tasks         INTEGER NOT NULL,
  first_seen    INTEGER NOT NULL,
  last_seen     INTEGER NOT NULL,
  UNIQUE (signature, verdict, severity, state, muted, class, kernel)
);
INSERT INTO cells_with_mute
  SELECT cell_id, signature, verdict, severity, state, 0, class, kernel, kernel_series, incidents, tasks, first_seen, last_seen
  FROM cells;
DROP TABLE cells;
ALTER TABLE cells_with_mute RENAME TO cells;

-- Hosts with the most open incidents come first on their page.
CREATE INDEX hosts_by_most_open ON hosts (open_incidents, last_seen, host_id);

-- What is no longer kept -----------------------------------------------------------------------

-- When the archive was given up; its row stays, so that the same bytes are still the same snapshot.
ALTER TABLE bundles ADD COLUMN removed_at INTEGER;
CREATE INDEX bundles_kept ON bundles (snapshot_id, size_bytes) WHERE removed_at IS NULL;
CREATE INDEX bundles_by_segment ON bundles (segment) WHERE removed_at IS NULL;
CREATE INDEX incidents_by_end ON incidents (last_event_at) WHERE state = 'resolved';
CREATE INDEX incidents_by_host_end ON incidents (host_id, last_event_at) WHERE state = 'resolved';
CREATE INDEX snapshot_looks_by_time ON snapshot_looks (taken_at);

-- How much has been given up, ever.
CREATE TABLE dropped (
  what  TEXT    NOT NULL PRIMARY KEY,    -- archives, incidents, looks or changes
  items INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) WITHOUT ROWID;
