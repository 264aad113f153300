"""What tests may need that a machine may lack: data sets, PostgreSQL, a browser. Loaded by the root conftest."""
