-- Problems -------------------------------------------------------------------------------------
-- Shapes of waiting across the fleet, for which people know names and what belongs together. Few beside the incidents,
-- and of the whole fleet, so they are not spread by host.

-- One row for each shape that an incident has, or that somebody named or merged. What is counted of the whole problem
-- stands in the row of its root.
CREATE TABLE problems (
  fingerprint TEXT    NOT NULL PRIMARY KEY,
  root        TEXT    NOT NULL,          -- the shape it is part of; its own where it is not merged
  merged_into TEXT,                      -- the one that it was merged into; that may be merged further
  is_listed   INTEGER NOT NULL,          -- 1: a root that has incidents
  name        TEXT,
  note        TEXT,
  title       TEXT    NOT NULL,          -- of the newest incident
  class       TEXT    NOT NULL,          -- the same
  own_open    INTEGER NOT NULL,          -- of this shape alone
  is_known    INTEGER NOT NULL,          -- 1: some incident of the problem has a signature that explains it
  open        INTEGER NOT NULL,
  incidents   INTEGER NOT NULL,
  hosts       INTEGER NOT NULL,
  first_seen  INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL,
  heat        REAL    NOT NULL           -- orders by how much is new of late, see problem-figures.ts
);
CREATE INDEX problems_by_root ON problems (root, fingerprint);
CREATE INDEX problems_by_parent ON problems (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX problems_unknown_first ON problems (is_listed, is_known, hosts DESC, fingerprint);
CREATE INDEX problems_by_hosts ON problems (is_listed, hosts DESC, fingerprint);
CREATE INDEX problems_by_incidents ON problems (is_listed, incidents DESC, fingerprint);
CREATE INDEX problems_by_last_seen ON problems (is_listed, last_seen DESC, fingerprint);
CREATE INDEX problems_by_first_seen ON problems (is_listed, first_seen DESC, fingerprint);
CREATE INDEX problems_by_heat ON problems (is_listed, heat DESC, fingerprint);

-- What the incidents of a shape have, by value. The ends are of all that was ever seen: they only widen.
CREATE TABLE problem_parts (
  fingerprint TEXT    NOT NULL,
  part        TEXT    NOT NULL,          -- signature, class, kernel or host
  value       TEXT    NOT NULL,          -- of a host its number
  incidents   INTEGER NOT NULL,
  first_seen  INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL,
  PRIMARY KEY (fingerprint, part, value)
) WITHOUT ROWID;
CREATE INDEX problem_parts_by_time ON problem_parts (fingerprint, part, last_seen);
CREATE INDEX problem_parts_by_value ON problem_parts (part, value, fingerprint);

-- Who named, merged and parted what, and when.
CREATE TABLE problem_history (
  item        INTEGER PRIMARY KEY,
  fingerprint TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  who         TEXT    NOT NULL,
  what        TEXT    NOT NULL,          -- named, noted, merged or parted
  other       TEXT,                      -- the shape it was merged into, or parted from
  note        TEXT
);
CREATE INDEX problem_history_by_problem ON problem_history (fingerprint, item);

INSERT INTO problems (fingerprint, root, is_listed, title, class, own_open, is_known, open, incidents, hosts, first_seen, last_seen, heat)
  SELECT c.value, c.value, 1,
    (SELECT i.title FROM incidents i WHERE i.fingerprint = c.value ORDER BY i.last_seen DESC, i.incident_no DESC LIMIT 1),
    (SELECT i.class FROM incidents i WHERE i.fingerprint = c.value ORDER BY i.last_seen DESC, i.incident_no DESC LIMIT 1),
    0, 0, 0, c.incidents, c.hosts, c.first_seen, c.last_seen,
    (SELECT max(d.bucket) FROM counts d WHERE d.dimension = 'fingerprint' AND d.span = 'day' AND d.value = c.value) / 604800000.0
  FROM counts c WHERE c.dimension = 'fingerprint' AND c.span = 'all' AND c.value <> '';
INSERT INTO problem_parts
  SELECT fingerprint, 'signature', signature, count(*), min(first_seen), max(last_seen) FROM incidents WHERE fingerprint <> '' GROUP BY fingerprint, signature;
INSERT INTO problem_parts
  SELECT fingerprint, 'class', class, count(*), min(first_seen), max(last_seen) FROM incidents WHERE fingerprint <> '' GROUP BY fingerprint, class;
INSERT INTO problem_parts
  SELECT fingerprint, 'kernel', kernel, count(*), min(first_seen), max(last_seen) FROM incidents WHERE fingerprint <> '' GROUP BY fingerprint, kernel;
INSERT INTO problem_parts
  SELECT fingerprint, 'host', host_id, count(*), min(first_seen), max(last_seen) FROM incidents WHERE fingerprint <> '' GROUP BY fingerprint, host_id;
UPDATE problems SET
  own_open = (SELECT count(*) FROM incidents i WHERE i.fingerprint = problems.fingerprint
    AND i.state IN ('open', 'acknowledged') AND i.severity <> 'info' AND i.muted = 0),
  is_known = EXISTS (SELECT 1 FROM problem_parts p WHERE p.fingerprint = problems.fingerprint AND p.part = 'signature'
    AND p.value NOT IN ('unknown', 'hung-task'));
UPDATE problems SET open = own_open;
