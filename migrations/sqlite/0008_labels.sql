-- Labels are written beside what has them from here on; what came in between gets its rows now.
DELETE FROM host_labels;
DELETE FROM snapshot_labels;
INSERT INTO host_labels (host_id, label, value)
SELECT h.host_id, j.key, j.value FROM hosts h, json_each(h.labels) j;
INSERT INTO snapshot_labels (snapshot_id, label, value)
SELECT s.id, j.key, j.value FROM snapshots s, json_each(s.labels) j;
