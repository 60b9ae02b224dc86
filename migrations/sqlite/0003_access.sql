-- Who may ask ------------------------------------------------------------------------------------

-- A row stays when its token is revoked: a service that once asked for tokens never opens by itself again.
CREATE TABLE tokens (
  token_id     TEXT    NOT NULL PRIMARY KEY,
  hash         TEXT    NOT NULL UNIQUE,  -- SHA-256 of the token, in hex; the token itself is kept nowhere
  hint         TEXT    NOT NULL,         -- how the token begins, for who found one
  name         TEXT    NOT NULL,
  role         TEXT    NOT NULL,
  labels       TEXT    NOT NULL,         -- JSON object: what a host must be labelled for its holder to see it
  created_at   INTEGER NOT NULL,
  created_by   TEXT    NOT NULL,
  last_used_at INTEGER,                  -- to the minute
  expires_at   INTEGER,
  revoked_at   INTEGER
) WITHOUT ROWID;

-- A browser that signed in with a token. It may do what the token may at that moment.
CREATE TABLE sessions (
  hash       TEXT    NOT NULL PRIMARY KEY, -- SHA-256 of the cookie, in hex
  token_id   TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_token ON sessions (token_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- What was changed, and who did it. Rows are only ever added, and dropped when they are old.
CREATE TABLE audit (
  audit_no INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  who      TEXT    NOT NULL,
  token_id TEXT,
  address  TEXT,                         -- of the client; null on the command line
  action   TEXT    NOT NULL,
  method   TEXT    NOT NULL,             -- '' on the command line
  path     TEXT    NOT NULL,
  target   TEXT,                         -- id of what was changed or made
  status   INTEGER NOT NULL              -- as answered; 0 on the command line
);
CREATE INDEX audit_by_time ON audit (at, audit_no);
CREATE INDEX audit_by_who ON audit (who, at, audit_no);

-- What labels lead to -----------------------------------------------------------------------------

-- Labels of hosts.labels, to find hosts by.
CREATE TABLE host_labels (
  host_id INTEGER NOT NULL,
  label   TEXT    NOT NULL,
  value   TEXT    NOT NULL,
  PRIMARY KEY (host_id, label)
) WITHOUT ROWID;
CREATE INDEX host_labels_by_value ON host_labels (label, value, host_id);

-- Labels of snapshots.labels, in the order of the list of snapshots.
CREATE TABLE snapshot_labels (
  snapshot_id TEXT NOT NULL,
  label       TEXT NOT NULL,
  value       TEXT NOT NULL,
  PRIMARY KEY (snapshot_id, label)
) WITHOUT ROWID;
CREATE INDEX snapshot_labels_by_value ON snapshot_labels (label, value, snapshot_id);

INSERT INTO host_labels (host_id, label, value)
SELECT h.host_id, j.key, j.value FROM hosts h, json_each(h.labels) j;
INSERT INTO snapshot_labels (snapshot_id, label, value)
SELECT s.id, j.key, j.value FROM snapshots s, json_each(s.labels) j;
