from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.addons.customer_tiering.tests.security_common import NOTHING, READ, RightsTests
from odoo.addons.customer_tiering.tests.security_common import SecurityCase as CoreSecurityCase
from odoo.tests import tagged


class SecurityCase(CoreSecurityCase):
    """The core addon's tests of rights, for what jobs keep about the parts of a grading."""

    addon = "customer_tiering_queue_job"
    rights = {"customer.tier.run.chunk": (NOTHING, NOTHING, READ)}
    shared_models = set()
    private_fields = {}

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        run = records["customer.tier.run"]
        chunk = cls.env["customer.tier.run.chunk"].create(
            {"run_id": run.id, "after_id": 0, "last_id": 1}
        )
        chunk._delay()
        job = cls.env["queue.job"].search([("uuid", "=", chunk.job_uuid)])
        return {**records, chunk._name: chunk, job._name: job}


@tagged("post_install", "-at_install")
class TestRights(RightsTests, SecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, SecurityCase, RpcRightsCase):
    # Jobs are read by their managers only, whose list opens the grading.
    callers = {
        "customer.tier.run": {"action_cancel": "om"},
        "queue.job": {"related_action_open_tier_run": ""},
    }
