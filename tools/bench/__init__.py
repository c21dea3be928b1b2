"""Times a regrade against the bare SQL aggregate over the same rows (``python -m tools.bench``)."""
