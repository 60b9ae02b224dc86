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
