"""Demo data: wholesale customers with three years of orders."""
