"""Which records are one customer: finding it out, and taking it back."""
