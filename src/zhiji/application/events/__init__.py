"""What other systems report the moment it happens: taken in at once, in the record within a second."""
