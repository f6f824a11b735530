-- What the tables of the older system have and ours had not, so that both are the same.
ALTER TABLE users ADD COLUMN IF NOT EXISTS "emailVerified" timestamp(3);
CREATE INDEX IF NOT EXISTS "scan_versions_scanId_idx" ON scan_versions ("scanId");
CREATE INDEX IF NOT EXISTS "favorite_repositories_userId_idx" ON favorite_repositories ("userId");
CREATE INDEX IF NOT EXISTS "api_keys_userId_idx" ON api_keys ("userId");
UPDATE scan_versions SET results = '{}' WHERE results IS NULL;
ALTER TABLE scan_versions ALTER COLUMN results SET NOT NULL;

-- Who may cancel a guest's scan.
ALTER TABLE scans ADD COLUMN IF NOT EXISTS "cancelTokens" text;
