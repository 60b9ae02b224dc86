-- Hosts with something unresolved, the worst first: what the fleet's page counts and the list of hosts is ordered by.
CREATE INDEX hosts_by_open ON hosts (open_incidents, host_id);
