"""What each customer is expected to do, only where it beats the plain rule; and the ledger of how it turned out."""
