"""Who the customers are: RFM segments, natural segments or practical bands, and segments by rule."""
