-- Rules of this schema, kept so that it can move to PostgreSQL and Citus as it is:
--   * Tables of a host hold host_id in every unique key: they are spread by it, and it never changes.
--   * What must be unique in the whole fleet (a bundle's sha256, a host's key, a stack's hash) has its own table.
--   * No triggers, no clock in SQL: times are arguments.
--   * Times are whole milliseconds since 1970 UTC. Text columns that take part in a key are '' where the value is null.
--   * Numbers named _no come from a sequence and stay inside; ids are public.

-- Hosts ----------------------------------------------------------------------------------------

CREATE TABLE hosts (
  host_id        INTEGER PRIMARY KEY,
  name           TEXT    NOT NULL,
  machine_id     TEXT,
  boot_id        TEXT,                   -- of the newest snapshot that tells one
  kernel         TEXT,
  labels         TEXT    NOT NULL,       -- JSON object, of the newest snapshot
  first_seen     INTEGER NOT NULL,
  last_seen      INTEGER NOT NULL,
  snapshots      INTEGER NOT NULL,
  incidents      INTEGER NOT NULL,
  open_incidents INTEGER NOT NULL        -- not resolved, and more than a note (severity info)
);
CREATE INDEX hosts_by_name ON hosts (name, last_seen);
CREATE INDEX hosts_by_last_seen ON hosts (last_seen, host_id);

-- Every key that names a host: 'm:<machine id>:<first label of its name>', 'n:<name>'.
CREATE TABLE host_keys (
  host_key TEXT    NOT NULL PRIMARY KEY,
  host_id  INTEGER NOT NULL
) WITHOUT ROWID;

-- Uploads --------------------------------------------------------------------------------------

-- The same bytes are the same snapshot, in the whole fleet.
CREATE TABLE bundles (
  sha256      TEXT    NOT NULL PRIMARY KEY,
  snapshot_id TEXT    NOT NULL,
  size_bytes  INTEGER NOT NULL,
  segment     INTEGER,                   -- of the upload log that holds the bytes; null: a file of its own
  offset      INTEGER                    -- of the first byte in that segment
) WITHOUT ROWID;

-- All that lists of snapshots show. A snapshot has no host until it is diagnosed.
CREATE TABLE snapshots (
  snapshot_no  INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,  -- ordered by time of arrival
  sha256       TEXT    NOT NULL,
  status       TEXT    NOT NULL,
  problem      TEXT,                     -- JSON { type, title, facts } of a failed one
  name         TEXT    NOT NULL,
  given        TEXT    NOT NULL,         -- JSON, what the upload said of it
  size_bytes   INTEGER NOT NULL,
  received_at  INTEGER NOT NULL,
  host_id      INTEGER,
  host_name    TEXT,
  kernel       TEXT,
  labels       TEXT    NOT NULL,         -- JSON object
  collected_at INTEGER,
  counts       TEXT,                     -- JSON
  incident_ids TEXT    NOT NULL          -- JSON array
);
CREATE INDEX snapshots_by_status ON snapshots (status, id);
CREATE INDEX snapshots_by_host ON snapshots (host_id, id);

CREATE TABLE snapshot_counts (
  status    TEXT    NOT NULL PRIMARY KEY,
  snapshots INTEGER NOT NULL
) WITHOUT ROWID;

-- How much of the upload log the tables above know: what lies behind is read again at start-up.
CREATE TABLE log_positions (
  node    TEXT    NOT NULL PRIMARY KEY,
  segment INTEGER NOT NULL,
  offset  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE jobs (
  job_id       TEXT    NOT NULL PRIMARY KEY,   -- id of the snapshot to diagnose
  queued_at    INTEGER NOT NULL,
  leased_until INTEGER NOT NULL,               -- 0: free
  attempts     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX jobs_by_lease ON jobs (leased_until, job_id);

-- What snapshots hold --------------------------------------------------------------------------

CREATE TABLE host_snapshots (
  host_id     INTEGER NOT NULL,
  snapshot_no INTEGER NOT NULL,
  snapshot_id TEXT    NOT NULL,
  taken_at    INTEGER NOT NULL,
  boot_id     TEXT    NOT NULL,
  looked      TEXT    NOT NULL,          -- JSON: which parts of the host it shows, and how many tasks
  PRIMARY KEY (host_id, snapshot_no)
) WITHOUT ROWID;
CREATE INDEX host_snapshots_by_time ON host_snapshots (host_id, taken_at, snapshot_no);

CREATE TABLE diagnoses (
  host_id     INTEGER NOT NULL,
  snapshot_no INTEGER NOT NULL,
  body        BLOB    NOT NULL,          -- zstd JSON, without its tasks
  tasks       INTEGER NOT NULL,
  PRIMARY KEY (host_id, snapshot_no)
);

-- Notable tasks, some hundred in a row, in the order of the diagnosis.
CREATE TABLE snapshot_tasks (
  host_id     INTEGER NOT NULL,
  snapshot_no INTEGER NOT NULL,
  first       INTEGER NOT NULL,          -- index of the first task of this row
  body        BLOB    NOT NULL,          -- zstd JSON array
  PRIMARY KEY (host_id, snapshot_no, first)
);

-- What the next snapshot of the same boot is compared with: a row for each snapshot that shows tasks and tells its boot.
CREATE TABLE snapshot_looks (
  host_id     INTEGER NOT NULL,
  boot_id     TEXT    NOT NULL,
  taken_at    INTEGER NOT NULL,
  snapshot_no INTEGER NOT NULL,
  body        BLOB    NOT NULL,          -- zstd JSON: uptime, and of each waiting task start, switch counts and stack
  PRIMARY KEY (host_id, boot_id, taken_at, snapshot_no)
);

-- Each distinct stack once for ever.
CREATE TABLE stacks (
  stack_no    INTEGER PRIMARY KEY,
  hash        TEXT    NOT NULL UNIQUE,   -- of its frames as printed
  fingerprint TEXT    NOT NULL,          -- '' for one that waits for nothing
  class       TEXT    NOT NULL,
  wait        TEXT,                      -- JSON Wait, as first met
  frames      TEXT    NOT NULL           -- JSON, see packed-frames.ts
);
CREATE INDEX stacks_by_fingerprint ON stacks (fingerprint, stack_no);

CREATE TABLE stack_frames (
  symbol   TEXT    NOT NULL,
  stack_no INTEGER NOT NULL,
  PRIMARY KEY (symbol, stack_no)
) WITHOUT ROWID;

CREATE TABLE snapshot_stacks (
  host_id     INTEGER NOT NULL,
  snapshot_no INTEGER NOT NULL,
  stack_no    INTEGER NOT NULL,
  state       TEXT    NOT NULL,          -- '' where the snapshot does not say
  tasks       INTEGER NOT NULL,
  PRIMARY KEY (host_id, snapshot_no, stack_no, state)
) WITHOUT ROWID;

-- Where in the fleet a stack stands, now and before.
CREATE TABLE host_stacks (
  host_id     INTEGER NOT NULL,
  stack_no    INTEGER NOT NULL,
  first_seen  INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL,
  tasks       INTEGER NOT NULL,          -- in the newest snapshot that has it
  snapshots   INTEGER NOT NULL,
  PRIMARY KEY (host_id, stack_no)
) WITHOUT ROWID;
CREATE INDEX host_stacks_by_stack ON host_stacks (stack_no, last_seen, host_id);

-- Incidents ------------------------------------------------------------------------------------

CREATE TABLE incidents (
  incident_no   INTEGER PRIMARY KEY,
  host_id       INTEGER NOT NULL,
  id            TEXT    NOT NULL,        -- holds the host_id, see ids.ts
  boot_id       TEXT    NOT NULL,
  identity      TEXT    NOT NULL,        -- signature, subject and what else tells two apart in one boot
  signature     TEXT    NOT NULL,
  signature_version INTEGER NOT NULL,
  verdict       TEXT    NOT NULL,
  severity      TEXT    NOT NULL,
  severity_rank INTEGER NOT NULL,        -- 0 is worst
  state         TEXT    NOT NULL,
  resolution    TEXT,
  class         TEXT    NOT NULL,
  kernel        TEXT    NOT NULL,
  kernel_series TEXT    NOT NULL,
  fingerprint   TEXT    NOT NULL,
  host_name     TEXT    NOT NULL,
  cell_id       INTEGER NOT NULL,
  first_seen    INTEGER NOT NULL,
  last_seen     INTEGER NOT NULL,
  since         INTEGER,
  snapshots     INTEGER NOT NULL,
  task_count    INTEGER NOT NULL,
  subject_kind  TEXT    NOT NULL,
  subject_id    TEXT    NOT NULL,
  last_event_at INTEGER NOT NULL,        -- newest instant its state follows from
  was_worse     INTEGER NOT NULL,        -- 1: some snapshot showed it as more than a note
  shown_at      INTEGER NOT NULL,        -- when the snapshot was taken that its words are from
  shown_snapshot TEXT   NOT NULL,
  labels        TEXT    NOT NULL,        -- JSON object
  title         TEXT    NOT NULL,
  summary       TEXT    NOT NULL,
  UNIQUE (host_id, id),
  UNIQUE (host_id, boot_id, identity)
);
CREATE INDEX incidents_by_last_seen ON incidents (last_seen, incident_no);
CREATE INDEX incidents_by_first_seen ON incidents (first_seen, incident_no);
CREATE INDEX incidents_by_severity ON incidents (severity_rank, last_seen, incident_no);
CREATE INDEX incidents_by_cell ON incidents (cell_id, last_seen, incident_no);
CREATE INDEX incidents_by_cell_first ON incidents (cell_id, first_seen, incident_no);
CREATE INDEX incidents_by_host ON incidents (host_id, last_seen, incident_no);
CREATE INDEX incidents_by_host_state ON incidents (host_id, state);
CREATE INDEX incidents_by_fingerprint ON incidents (fingerprint, last_seen, incident_no);

-- Tasks, evidence, missing, graph and advice, of the snapshot its words are from.
CREATE TABLE incident_bodies (
  host_id     INTEGER NOT NULL,
  incident_no INTEGER NOT NULL,
  body        BLOB    NOT NULL,          -- zstd JSON
  PRIMARY KEY (host_id, incident_no)
);

CREATE TABLE incident_snapshots (
  host_id     INTEGER NOT NULL,
  incident_no INTEGER NOT NULL,
  snapshot_no INTEGER NOT NULL,
  snapshot_id TEXT    NOT NULL,
  taken_at    INTEGER NOT NULL,
  verdict     TEXT    NOT NULL,
  severity    TEXT    NOT NULL,
  proof       TEXT    NOT NULL,          -- JSON: which parts of the host its evidence is from
  PRIMARY KEY (host_id, incident_no, snapshot_no)
) WITHOUT ROWID;
CREATE INDEX incident_snapshots_by_time ON incident_snapshots (host_id, incident_no, taken_at);

CREATE TABLE incident_history (
  host_id     INTEGER NOT NULL,
  incident_no INTEGER NOT NULL,
  item        INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  what        TEXT    NOT NULL,
  who         TEXT    NOT NULL,
  by_person   INTEGER NOT NULL,
  snapshot_id TEXT,
  note        TEXT,
  PRIMARY KEY (host_id, incident_no, item)
) WITHOUT ROWID;

CREATE TABLE incident_stacks (
  host_id     INTEGER NOT NULL,
  incident_no INTEGER NOT NULL,
  stack_no    INTEGER NOT NULL,
  PRIMARY KEY (host_id, incident_no, stack_no)
) WITHOUT ROWID;
CREATE INDEX incident_stacks_by_stack ON incident_stacks (stack_no, incident_no);

CREATE TABLE incident_labels (
  host_id     INTEGER NOT NULL,
  incident_no INTEGER NOT NULL,
  label       TEXT    NOT NULL,
  value       TEXT    NOT NULL,
  PRIMARY KEY (host_id, incident_no, label)
) WITHOUT ROWID;
CREATE INDEX incident_labels_by_value ON incident_labels (label, value, incident_no);

-- Words of title, host, comms and frames. PostgreSQL has tsvector for it.
CREATE VIRTUAL TABLE incident_words USING fts5 (
  words, content = '', contentless_delete = 1, tokenize = "unicode61 tokenchars '_'"
);

-- Counts, kept as incidents change -------------------------------------------------------------

-- One row for each combination of the keys that have few values. Lists and counts that ask for any of them read these.
CREATE TABLE cells (
  cell_id       INTEGER PRIMARY KEY,
  signature     TEXT    NOT NULL,
  verdict       TEXT    NOT NULL,
  severity      TEXT    NOT NULL,
  state         TEXT    NOT NULL,
  class         TEXT    NOT NULL,
  kernel        TEXT    NOT NULL,
  kernel_series TEXT    NOT NULL,
  incidents     INTEGER NOT NULL,
  tasks         INTEGER NOT NULL,
  first_seen    INTEGER NOT NULL,
  last_seen     INTEGER NOT NULL,
  UNIQUE (signature, verdict, severity, state, class, kernel)
);
CREATE TABLE cell_hosts (
  cell_id   INTEGER NOT NULL,
  host_id   INTEGER NOT NULL,
  incidents INTEGER NOT NULL,
  PRIMARY KEY (cell_id, host_id)
) WITHOUT ROWID;

-- One row for each value of one key: for all time, for each day and (keys of few values) each hour in which incidents
-- were first seen.
CREATE TABLE counts (
  count_id   INTEGER PRIMARY KEY,
  dimension  TEXT    NOT NULL,           -- a count key, 'label.<name>', or 'total'
  span       TEXT    NOT NULL,           -- 'all', 'day' or 'hour'
  value      TEXT    NOT NULL,
  bucket     INTEGER NOT NULL,           -- start of the span; 0 for 'all'
  incidents  INTEGER NOT NULL,
  hosts      INTEGER NOT NULL,
  tasks      INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  UNIQUE (dimension, span, value, bucket)
);
CREATE TABLE count_hosts (
  count_id  INTEGER NOT NULL,
  host_id   INTEGER NOT NULL,
  incidents INTEGER NOT NULL,
  PRIMARY KEY (count_id, host_id)
) WITHOUT ROWID;
