"""The grading core: pure functions over pandas frames and numpy arrays.

Nothing in here imports odoo (a lint contract enforces it), so every rule can be read, tested
and replayed without a database. Import the modules where a grading starts, not at the top of a
model: a web worker that never grades then never loads pandas.
"""
