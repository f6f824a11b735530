#!/bin/sh
exec bun run tasks-x/h.ts
