"""Programmes to start from: the data, and what makes records of it."""
