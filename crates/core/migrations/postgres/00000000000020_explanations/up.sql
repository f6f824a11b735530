-- Texts that a language model is to write, or has written, about reports.
CREATE TABLE IF NOT EXISTS scan_explanations (
  id text NOT NULL,
  "scanId" text NOT NULL,
  target text NOT NULL,
  state text NOT NULL,
  "withSource" boolean NOT NULL,
  "leaseToken" text,
  "leaseUntil" timestamp(3),
  result text,
  failure text,
  "createdAt" timestamp(3) NOT NULL,
  "updatedAt" timestamp(3) NOT NULL,
  CONSTRAINT scan_explanations_pkey PRIMARY KEY (id),
  CONSTRAINT "scan_explanations_scanId_fkey" FOREIGN KEY ("scanId") REFERENCES scans (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS "scan_explanations_scanId_target_key" ON scan_explanations ("scanId", target);
CREATE INDEX IF NOT EXISTS "scan_explanations_state_updatedAt_idx" ON scan_explanations (state, "updatedAt");
