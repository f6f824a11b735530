-- Which branch was requested, and why another one was analyzed.
ALTER TABLE scans ADD COLUMN IF NOT EXISTS "branchRequested" text;
ALTER TABLE scans ADD COLUMN IF NOT EXISTS "branchNote" text;
