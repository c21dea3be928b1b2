"""Demo data: who looks after the best of the demo customers."""
