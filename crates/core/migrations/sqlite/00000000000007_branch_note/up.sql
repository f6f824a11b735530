-- Which branch was requested, and why another one was analyzed.
ALTER TABLE scans ADD COLUMN "branchRequested" text;
ALTER TABLE scans ADD COLUMN "branchNote" text;
