"""Tests of Odoo's modules that end otherwise with the addon, each with the reason."""

# ``module.tests.file: Class.method`` as `./dev suite` prints it → why.
KNOWN: dict[str, str] = {}
