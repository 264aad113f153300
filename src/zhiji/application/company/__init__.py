"""The company's own settings, its audit trail, its jobs, saved views, and what browsers are told as it happens."""
