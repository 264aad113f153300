"""What tests stand on and what they may lack: data sets, PostgreSQL, a browser. Loaded by pyproject.toml."""
