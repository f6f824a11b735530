-- Who wants to be told of the ends of their scans, and what is still to be told.
CREATE TABLE webhooks (
  id text NOT NULL,
  "userId" text NOT NULL,
  url text NOT NULL,
  events text NOT NULL,
  secret text NOT NULL,
  "lastStatus" text,
  "lastAttemptAt" timestamp,
  "createdAt" timestamp NOT NULL,
  CONSTRAINT webhooks_pkey PRIMARY KEY (id),
  CONSTRAINT "webhooks_userId_fkey" FOREIGN KEY ("userId") REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "webhooks_userId_idx" ON webhooks ("userId");

CREATE TABLE webhook_deliveries (
  id text NOT NULL,
  "webhookId" text NOT NULL,
  "scanId" text NOT NULL,
  attempts integer NOT NULL,
  "nextAttemptAt" timestamp NOT NULL,
  CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id),
  CONSTRAINT "webhook_deliveries_webhookId_fkey" FOREIGN KEY ("webhookId") REFERENCES webhooks (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "webhook_deliveries_scanId_fkey" FOREIGN KEY ("scanId") REFERENCES scans (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "webhook_deliveries_webhookId_scanId_key" ON webhook_deliveries ("webhookId", "scanId");
CREATE INDEX "webhook_deliveries_scanId_idx" ON webhook_deliveries ("scanId");
CREATE INDEX "webhook_deliveries_nextAttemptAt_idx" ON webhook_deliveries ("nextAttemptAt");
