-- Whose turn it is in the queue, so that one client's many scans do not keep the others waiting.
ALTER TABLE scans ADD COLUMN "queueTurn" integer NOT NULL DEFAULT 0;
CREATE INDEX "scans_status_queueTurn_createdAt_idx" ON scans (status, "queueTurn", "createdAt");

-- For the estimate of the waiting time, and for pruning.
CREATE INDEX "scans_completedAt_idx" ON scans ("completedAt");
CREATE INDEX "scan_reports_createdAt_idx" ON scan_reports ("createdAt");
