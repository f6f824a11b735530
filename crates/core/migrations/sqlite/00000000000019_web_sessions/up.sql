-- Who is signed in on the pages. Only a hash of each session's token is stored, and GitHub's token is sealed with it.
CREATE TABLE web_sessions (
  id text NOT NULL,
  "userId" text NOT NULL,
  "sealedToken" text,
  "createdAt" timestamp NOT NULL,
  "expiresAt" timestamp NOT NULL,
  CONSTRAINT web_sessions_pkey PRIMARY KEY (id),
  CONSTRAINT "web_sessions_userId_fkey" FOREIGN KEY ("userId") REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "web_sessions_userId_idx" ON web_sessions ("userId");
CREATE INDEX "web_sessions_expiresAt_idx" ON web_sessions ("expiresAt");
