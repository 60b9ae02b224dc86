-- Signatures saved here ------------------------------------------------------------------------

-- Every text that was ever saved; nothing of it is changed or removed.
CREATE TABLE saved_signatures (
  signature TEXT    NOT NULL,
  version   INTEGER NOT NULL,            -- from 1001, so that no version of a file has the same number
  yaml      TEXT    NOT NULL,
  saved_by  TEXT    NOT NULL,
  saved_at  INTEGER NOT NULL,
  note      TEXT,
  PRIMARY KEY (signature, version)
);

-- What of the catalogue is not as its files have it.
CREATE TABLE signature_states (
  signature     TEXT    NOT NULL PRIMARY KEY,
  saved_version INTEGER,                 -- the saved one in force; null: that of a file, if any
  is_disabled   INTEGER NOT NULL,
  changed_by    TEXT    NOT NULL,
  changed_at    INTEGER NOT NULL
);

-- History, to be diagnosed again -----------------------------------------------------------------

-- Parsed snapshots: what a diagnosis needs of one, without its archive.
CREATE TABLE snapshot_sources (
  host_id     INTEGER NOT NULL,
  snapshot_no INTEGER NOT NULL,
  format      INTEGER NOT NULL,          -- of the body, see store/source/
  earlier_no  INTEGER,                   -- snapshot of the same boot that it was compared with
  body        BLOB    NOT NULL,
  PRIMARY KEY (host_id, snapshot_no)
);

-- Hash of the catalogue that a diagnosis was made with; '' for those made before it was noted.
ALTER TABLE diagnoses ADD COLUMN catalogue TEXT NOT NULL DEFAULT '';

-- Incidents that no snapshot shows under the present catalogue: they are in no list and no count, but
-- stay at their address, and come back under the same id. History, body and links stay where they are.
CREATE TABLE withdrawn_incidents (
  incident_no  INTEGER PRIMARY KEY,      -- as it was, and will be again; never given to another
  host_id      INTEGER NOT NULL,
  id           TEXT    NOT NULL,
  boot_id      TEXT    NOT NULL,
  identity     TEXT    NOT NULL,
  withdrawn_at INTEGER NOT NULL,
  body         TEXT    NOT NULL,         -- JSON, its row
  UNIQUE (host_id, id),
  UNIQUE (host_id, boot_id, identity)
);

-- Work that takes long: one row for each time it was asked for.
CREATE TABLE work (
  work_no    INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  kind       TEXT    NOT NULL,           -- try, reclassify
  state      TEXT    NOT NULL,           -- queued, running, paused, done, failed, cancelled
  asked_by   TEXT    NOT NULL,
  asked_at   INTEGER NOT NULL,
  started_at INTEGER,
  ended_at   INTEGER,
  input      TEXT    NOT NULL,           -- JSON, what was asked for
  position   TEXT    NOT NULL,           -- JSON, where to go on after a restart
  progress   TEXT    NOT NULL,           -- JSON, for people
  result     TEXT    NOT NULL            -- JSON, so far while it runs
);
CREATE INDEX work_by_state ON work (state, work_no);
