-- The tables as the existing deployments have them. They were made by Prisma there, so that all of this is skipped; on an
-- empty database it makes the same.
DO $$ BEGIN
  CREATE TYPE "ScanStatus" AS ENUM ('QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

CREATE TABLE IF NOT EXISTS users (
  id text NOT NULL,
  email text NOT NULL,
  name text,
  "emailVerified" timestamp(3),
  image text,
  "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp(3) NOT NULL,
  "githubId" text,
  "githubToken" text,
  "tokenExpiry" timestamp(3),
  CONSTRAINT users_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS users_email_key ON users (email);
CREATE UNIQUE INDEX IF NOT EXISTS "users_githubId_key" ON users ("githubId");

CREATE TABLE IF NOT EXISTS accounts (
  id text NOT NULL,
  "userId" text NOT NULL,
  type text NOT NULL,
  provider text NOT NULL,
  "providerAccountId" text NOT NULL,
  refresh_token text,
  access_token text,
  expires_at integer,
  token_type text,
  scope text,
  id_token text,
  session_state text,
  CONSTRAINT accounts_pkey PRIMARY KEY (id),
  CONSTRAINT "accounts_userId_fkey" FOREIGN KEY ("userId") REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS "accounts_provider_providerAccountId_key" ON accounts (provider, "providerAccountId");

CREATE TABLE IF NOT EXISTS sessions (
  id text NOT NULL,
  "sessionToken" text NOT NULL,
  "userId" text NOT NULL,
  expires timestamp(3) NOT NULL,
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT "sessions_userId_fkey" FOREIGN KEY ("userId") REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS "sessions_sessionToken_key" ON sessions ("sessionToken");

CREATE TABLE IF NOT EXISTS verification_tokens (
  identifier text NOT NULL,
  token text NOT NULL,
  expires timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS verification_tokens_token_key ON verification_tokens (token);
CREATE UNIQUE INDEX IF NOT EXISTS verification_tokens_identifier_token_key ON verification_tokens (identifier, token);

CREATE TABLE IF NOT EXISTS repositories (
  id text NOT NULL,
  "fullName" text NOT NULL,
  url text NOT NULL,
  description text,
  stars integer NOT NULL DEFAULT 0,
  language text,
  "isPrivate" boolean NOT NULL DEFAULT false,
  "lastScanId" text,
  "lastScannedAt" timestamp(3),
  "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp(3) NOT NULL,
  CONSTRAINT repositories_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS "repositories_fullName_key" ON repositories ("fullName");
CREATE INDEX IF NOT EXISTS "repositories_lastScannedAt_idx" ON repositories ("lastScannedAt");
CREATE INDEX IF NOT EXISTS "repositories_isPrivate_idx" ON repositories ("isPrivate");

CREATE TABLE IF NOT EXISTS scans (
  id text NOT NULL,
  "userId" text,
  "repositoryId" text,
  "repoUrl" text NOT NULL,
  branch text NOT NULL DEFAULT 'main',
  status "ScanStatus" NOT NULL DEFAULT 'QUEUED',
  "isPrivate" boolean NOT NULL DEFAULT false,
  results jsonb,
  summary jsonb,
  "errorMessage" text,
  "languageStats" jsonb,
  dependencies jsonb,
  "riskScores" jsonb,
  "readmeAnalysis" jsonb,
  "circularDeps" jsonb,
  "deadCode" jsonb,
  "startedAt" timestamp(3),
  "completedAt" timestamp(3),
  "processingTime" integer,
  "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp(3) NOT NULL,
  CONSTRAINT scans_pkey PRIMARY KEY (id),
  CONSTRAINT "scans_userId_fkey" FOREIGN KEY ("userId") REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT "scans_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES repositories (id) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX IF NOT EXISTS "scans_userId_idx" ON scans ("userId");
CREATE INDEX IF NOT EXISTS "scans_repositoryId_idx" ON scans ("repositoryId");
CREATE INDEX IF NOT EXISTS scans_status_idx ON scans (status);
CREATE INDEX IF NOT EXISTS "scans_createdAt_idx" ON scans ("createdAt");

CREATE TABLE IF NOT EXISTS scan_versions (
  id text NOT NULL,
  "scanId" text NOT NULL,
  "versionNumber" integer NOT NULL,
  "commitSha" text,
  results jsonb,
  "riskScores" jsonb,
  dependencies jsonb,
  "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT scan_versions_pkey PRIMARY KEY (id),
  CONSTRAINT "scan_versions_scanId_fkey" FOREIGN KEY ("scanId") REFERENCES scans (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS "scan_versions_scanId_versionNumber_key" ON scan_versions ("scanId", "versionNumber");

CREATE TABLE IF NOT EXISTS favorite_repositories (
  id text NOT NULL,
  "userId" text NOT NULL,
  "repositoryId" text NOT NULL,
  "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT favorite_repositories_pkey PRIMARY KEY (id),
  CONSTRAINT "favorite_repositories_userId_fkey" FOREIGN KEY ("userId") REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "favorite_repositories_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES repositories (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS "favorite_repositories_userId_repositoryId_key" ON favorite_repositories ("userId", "repositoryId");

CREATE TABLE IF NOT EXISTS api_keys (
  id text NOT NULL,
  "userId" text NOT NULL,
  key text NOT NULL,
  name text NOT NULL,
  "lastUsedAt" timestamp(3),
  "expiresAt" timestamp(3),
  "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" timestamp(3) NOT NULL,
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT "api_keys_userId_fkey" FOREIGN KEY ("userId") REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS api_keys_key_key ON api_keys (key);
