-- What the tables of the older system have and ours had not, so that both are the same.
CREATE TABLE scan_versions_new (
  id text NOT NULL,
  "scanId" text NOT NULL,
  "versionNumber" integer NOT NULL,
  "commitSha" text,
  results jsonb NOT NULL,
  "riskScores" jsonb,
  dependencies jsonb,
  "createdAt" timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT scan_versions_pkey PRIMARY KEY (id),
  CONSTRAINT "scan_versions_scanId_fkey" FOREIGN KEY ("scanId") REFERENCES scans (id) ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO scan_versions_new
  SELECT id, "scanId", "versionNumber", "commitSha", coalesce(results, jsonb('{}')), "riskScores", dependencies, "createdAt"
  FROM scan_versions;
DROP TABLE scan_versions;
ALTER TABLE scan_versions_new RENAME TO scan_versions;
CREATE UNIQUE INDEX "scan_versions_scanId_versionNumber_key" ON scan_versions ("scanId", "versionNumber");
CREATE INDEX "scan_versions_scanId_idx" ON scan_versions ("scanId");
CREATE INDEX "favorite_repositories_userId_idx" ON favorite_repositories ("userId");
CREATE INDEX "api_keys_userId_idx" ON api_keys ("userId");

-- Who may cancel a guest's scan.
ALTER TABLE scans ADD COLUMN "cancelTokens" text;
