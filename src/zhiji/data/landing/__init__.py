"""What was received, exactly as it came: files by content hash, batches, and the rows that were refused."""
