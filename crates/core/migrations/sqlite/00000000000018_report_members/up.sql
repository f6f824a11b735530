-- Where the members of a stored report are, so that a page reads only what it shows.
ALTER TABLE scan_reports ADD COLUMN members text;
