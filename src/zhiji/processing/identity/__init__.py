"""Which records are one customer: names, addresses and contact brought to one form, compared, weighed and grouped."""
