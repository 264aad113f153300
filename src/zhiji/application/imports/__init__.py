"""Bringing files in: look, match, try, confirm, store, report, undo."""
