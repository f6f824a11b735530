-- Which analyser made a report, so that the same commit need not be analysed again; and whose report a scan was given.
ALTER TABLE scans ADD COLUMN "analyserVersion" text;
ALTER TABLE scans ADD COLUMN "cachedFrom" text;
ALTER TABLE scans ADD COLUMN forced boolean NOT NULL DEFAULT false;
CREATE INDEX "scans_commitSha_idx" ON scans ("commitSha");
