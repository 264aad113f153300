"""Whom to call today, and what came of it."""
