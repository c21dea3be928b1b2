from odoo.addons.customer_tiering.tests.security_common import SecurityCase


class StartSecurityCase(SecurityCase):
    """The core addon's tests of rights and companies, for the steps of the first hour."""

    addon = "customer_tiering_start"
    rights = {}
    shared_models = set()
    private_fields = {}

    @classmethod
    def _create_records(cls, company):
        step = cls.env.ref("customer_tiering_start.step_programme")
        return {**super()._create_records(company), step._name: step}
