-- What is ours: the job in the scan's row, and the stored reports.
ALTER TYPE "ScanStatus" ADD VALUE IF NOT EXISTS 'CANCELLED';

ALTER TABLE scans
  ADD COLUMN IF NOT EXISTS attempts integer NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS "leaseToken" text,
  ADD COLUMN IF NOT EXISTS "leaseUntil" timestamp(3),
  ADD COLUMN IF NOT EXISTS "workerId" text,
  ADD COLUMN IF NOT EXISTS progress integer NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS stage text,
  ADD COLUMN IF NOT EXISTS "commitSha" text,
  ADD COLUMN IF NOT EXISTS "errorCode" text,
  ADD COLUMN IF NOT EXISTS "requestId" text,
  ADD COLUMN IF NOT EXISTS "cancelAsked" boolean NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS "clientKey" text,
  ADD COLUMN IF NOT EXISTS "idempotencyKey" text,
  ADD COLUMN IF NOT EXISTS "idempotencyHash" text;
-- One scan for one key of one client; rows without a key are not held to it.
CREATE UNIQUE INDEX IF NOT EXISTS "scans_clientKey_idempotencyKey_key" ON scans ("clientKey", "idempotencyKey");

CREATE TABLE IF NOT EXISTS scan_reports (
  "scanId" text NOT NULL,
  encoding text NOT NULL,
  bytes bytea NOT NULL,
  "plainSize" bigint NOT NULL,
  crc32 bigint NOT NULL,
  sha256 text NOT NULL,
  "createdAt" timestamp(3) NOT NULL,
  CONSTRAINT scan_reports_pkey PRIMARY KEY ("scanId"),
  CONSTRAINT "scan_reports_scanId_fkey" FOREIGN KEY ("scanId") REFERENCES scans (id) ON DELETE CASCADE ON UPDATE CASCADE
);
-- The bytes are compressed already: trying again would only cost time.
ALTER TABLE scan_reports ALTER COLUMN bytes SET STORAGE EXTERNAL;
