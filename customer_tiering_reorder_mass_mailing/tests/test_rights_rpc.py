from typing import NamedTuple

from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.addons.customer_tiering_reorder.tests.security_common import ReorderSecurityCase
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_mailing import TestUnsubscribe

# Who may call what, as in the core addon: mailings are marketing's.
CALLERS = {
    "mailing.mailing": {"action_put_in_queue": "", "action_retry_failed": ""},
    "mailing.trace": {"set_bounced": ""},
}


class Request(NamedTuple):
    """A link of a reminder, as it is or changed, and what comes of following it."""

    name: str
    ends: bool  # whether the customer gets no more reminders
    page: str = "unsubscribe_oneclick"
    method: str = "POST"
    change: tuple = ()  # what is replaced in the link by what
    refused: bool = False


REQUESTS = (
    Request("one click in the mail program", True),
    Request("posted from another site", False, page="confirm_unsubscribe", refused=True),
    Request("looked at", False, page="unsubscribe", method="GET"),
    Request("looked at ahead", False, page="unsubscribe", method="HEAD"),
    Request("scanned", False, page="confirm_unsubscribe", method="GET"),
    Request("one click, scanned", False, method="GET", refused=True),
    Request("of somebody else", False, change=("buyer%40", "other%40"), refused=True),
    Request("of another step", False, change=("document_id=", "document_id=9"), refused=True),
    Request("of no step", False, change=("document_id=", "document_id=x"), refused=True),
    Request("with another token", False, change=("hash_token=", "hash_token=0"), refused=True),
    Request("without a token", False, change=("hash_token=", "other="), refused=True),
    Request("of another mailing", False, change=("/mailing/", "/mailing/9"), refused=True),
)


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, ReorderSecurityCase, RpcRightsCase):
    addon = "customer_tiering_reorder_mass_mailing"
    # The models are those of other addons, and tried there.
    rights = {}
    callers = CALLERS

    @classmethod
    def _create_records(cls, company):
        records = super()._create_records(company)
        model = cls.env["ir.model"]._get_id("res.partner")
        mailing = cls.env["mailing.mailing"].create({"subject": "News", "mailing_model_id": model})
        partner = records["customer.tier.standing"].partner_id
        trace = {"model": "res.partner", "res_id": partner.id, "mass_mailing_id": mailing.id}
        trace = cls.env["mailing.trace"].create(trace)
        return {**records, mailing._name: mailing, trace._name: trace}


@tagged("post_install", "-at_install")
class TestRequests(TestUnsubscribe):
    """What anybody with a link, or a changed one, may do, row by row."""

    def test_every_request(self):
        """Who got a link forwarded, guesses one or only scans mails ends somebody's reminders."""
        Preference = self.env["customer.contact.preference"]
        for request in REQUESTS:
            with self.subTest(request.name), mute_logger("odoo.http"):
                path = self.path.replace("unsubscribe_oneclick", request.page)
                if request.change:
                    self.assertIn(request.change[0], path)
                    path = path.replace(*request.change)
                response = self.opener.request(
                    request.method,
                    f"{self.base_url()}{path}",
                    data={"x": "1"} if request.method == "POST" else None,
                    timeout=60,
                    allow_redirects=False,
                )
                self.assertEqual(response.status_code >= 400, request.refused, response.status_code)
                self.assertEqual(self._no_reminders(), request.ends)
                self.assertFalse(self._is_blacklisted())
                Preference._of(self.buyer)[self.buyer].sudo().write({"no_reminders": False})
                self.env.flush_all()
