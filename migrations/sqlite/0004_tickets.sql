-- Links and tickets ----------------------------------------------------------------------------
-- Few and of the whole fleet: a ticket is looked up by its key alone, so these are not spread by host.

CREATE TABLE links (
  link_no     INTEGER PRIMARY KEY,
  id          TEXT    NOT NULL UNIQUE,
  ticket      TEXT    NOT NULL,          -- its key, folded: what two spellings share
  key         TEXT    NOT NULL,          -- as it is shown
  target_kind TEXT    NOT NULL,          -- incident, signature or problem
  target      TEXT    NOT NULL,          -- id of the incident or signature, or the fingerprint
  host_id     INTEGER NOT NULL,          -- of the incident; 0 for the others
  incident_no INTEGER NOT NULL,          -- the same
  url         TEXT    NOT NULL,
  title       TEXT,
  added_at    INTEGER NOT NULL,
  added_by    TEXT    NOT NULL,
  UNIQUE (target_kind, target, url)
);
CREATE INDEX links_by_ticket ON links (ticket, target_kind, target);

-- One row for each key that some link has.
CREATE TABLE tickets (
  ticket    TEXT    NOT NULL PRIMARY KEY,
  links     INTEGER NOT NULL,
  linked_at INTEGER NOT NULL             -- when the last link was made
) WITHOUT ROWID;
CREATE INDEX tickets_by_time ON tickets (linked_at, ticket);

-- How many incidents of a shape are open, and on how many hosts.
CREATE INDEX incidents_by_fingerprint_state ON incidents (fingerprint, state, host_id);

-- Webhooks -------------------------------------------------------------------------------------

CREATE TABLE webhooks (
  webhook_id  TEXT    NOT NULL PRIMARY KEY,
  name        TEXT    NOT NULL,
  url         TEXT    NOT NULL,
  format      TEXT    NOT NULL,
  state       TEXT    NOT NULL,          -- active, paused or disabled (by the receiver, or by failing)
  why         TEXT,                      -- why it is disabled
  events      TEXT    NOT NULL,          -- JSON array
  filter      TEXT    NOT NULL,          -- JSON { severity, signatures, labels }
  secret      TEXT    NOT NULL,          -- signs what is sent, so it is kept as it is
  routing_key TEXT,                      -- of PagerDuty
  created_at  INTEGER NOT NULL,
  created_by  TEXT    NOT NULL,
  delivered   INTEGER NOT NULL,
  failed      INTEGER NOT NULL,
  skipped     INTEGER NOT NULL           -- events too old to tell anybody
) WITHOUT ROWID;

-- The queue and the log of what was sent: waiting ones in the order of their numbers.
CREATE TABLE deliveries (
  delivery_no INTEGER PRIMARY KEY,
  delivery_id TEXT    NOT NULL UNIQUE,   -- the same in every attempt
  webhook_id  TEXT    NOT NULL,
  cause       TEXT    NOT NULL,          -- what of the outbox it tells; an event is told once
  event       TEXT    NOT NULL,
  incident_id TEXT,                      -- null for a test
  body        TEXT    NOT NULL,          -- the same bytes in every attempt
  status      TEXT    NOT NULL,          -- waiting, delivered or failed
  attempts    INTEGER NOT NULL,
  made_at     INTEGER NOT NULL,
  due_at      INTEGER NOT NULL,
  ended_at    INTEGER,
  answer      INTEGER,                   -- HTTP status of the last attempt
  error       TEXT,                      -- why the last attempt failed
  excerpt     TEXT,                      -- beginning of what the receiver answered last
  UNIQUE (webhook_id, cause)
);
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, status, delivery_no);
CREATE INDEX deliveries_by_number ON deliveries (webhook_id, delivery_no);
CREATE INDEX deliveries_by_end ON deliveries (webhook_id, ended_at, delivery_no);
