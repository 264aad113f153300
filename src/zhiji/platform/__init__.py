"""What every layer with a database stands on: users, teams, scope, audit, keys, jobs, idempotency, live events."""
