"""The customers of the company: list, search, record page, edits with history, assignment, exports."""
