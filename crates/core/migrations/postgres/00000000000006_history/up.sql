-- Which analyser made a report, so that the same commit need not be analysed again; and whose report a scan was given.
ALTER TABLE scans ADD COLUMN IF NOT EXISTS "analyserVersion" text;
ALTER TABLE scans ADD COLUMN IF NOT EXISTS "cachedFrom" text;
ALTER TABLE scans ADD COLUMN IF NOT EXISTS forced boolean NOT NULL DEFAULT false;
CREATE INDEX IF NOT EXISTS "scans_commitSha_idx" ON scans ("commitSha");
