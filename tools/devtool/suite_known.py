"""Tests of Odoo's modules that end otherwise with the addon, each with the reason."""

# ``module.tests.file: Class.method`` as `./dev suite` prints it.
KNOWN = {
    "sale.tests.test_credit_limit: TestSaleOrderCreditLimit.test_credit_limit_multicurrency": (
        "compares the words of the warning on a quotation over the credit limit; the addon's own "
        "warning says what the sum is made of, and counts special approvals"
    ),
}
