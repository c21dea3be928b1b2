"""Demo data: who of the demo customers stayed away, and what came of following it up."""
