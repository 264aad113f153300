"""The order of things: clean rows become the record, in transactions that each advance a checkpoint."""
