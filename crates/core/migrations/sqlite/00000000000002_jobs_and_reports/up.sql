-- What is ours: the job in the scan's row, and the stored reports.
ALTER TABLE scans ADD COLUMN attempts integer NOT NULL DEFAULT 0;
ALTER TABLE scans ADD COLUMN "leaseToken" text;
ALTER TABLE scans ADD COLUMN "leaseUntil" timestamp;
ALTER TABLE scans ADD COLUMN "workerId" text;
ALTER TABLE scans ADD COLUMN progress integer NOT NULL DEFAULT 0;
ALTER TABLE scans ADD COLUMN stage text;
ALTER TABLE scans ADD COLUMN "commitSha" text;
ALTER TABLE scans ADD COLUMN "errorCode" text;
ALTER TABLE scans ADD COLUMN "requestId" text;
ALTER TABLE scans ADD COLUMN "cancelAsked" boolean NOT NULL DEFAULT false;
ALTER TABLE scans ADD COLUMN "clientKey" text;
ALTER TABLE scans ADD COLUMN "idempotencyKey" text;
ALTER TABLE scans ADD COLUMN "idempotencyHash" text;
-- One scan for one key of one client; rows without a key are not held to it.
CREATE UNIQUE INDEX "scans_clientKey_idempotencyKey_key" ON scans ("clientKey", "idempotencyKey");

CREATE TABLE scan_reports (
  "scanId" text NOT NULL,
  encoding text NOT NULL,
  bytes blob NOT NULL,
  "plainSize" bigint NOT NULL,
  crc32 bigint NOT NULL,
  sha256 text NOT NULL,
  "createdAt" timestamp NOT NULL,
  CONSTRAINT scan_reports_pkey PRIMARY KEY ("scanId"),
  CONSTRAINT "scan_reports_scanId_fkey" FOREIGN KEY ("scanId") REFERENCES scans (id) ON DELETE CASCADE ON UPDATE CASCADE
);
