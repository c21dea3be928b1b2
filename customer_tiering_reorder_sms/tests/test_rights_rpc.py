from typing import NamedTuple

from odoo.addons.customer_tiering.tests.common import GradingCase
from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .security_common import SmsSecurityCase

ROUTES = {"/customer_tiering/sms/<string:token>": ("public", "http", False, ("POST",))}
MOBILE = "+32470123456"


class Request(NamedTuple):
    """Something that is sent to the address for answers, and what comes of it."""

    name: str
    status: int
    ends: bool = False  # whether the number gets no more messages
    token: str = "own"
    method: str = "POST"
    data: dict | None = None
    json: object = None
    headers: dict | None = None


STOP = {"From": MOBILE, "Body": "STOP"}
# Whoever sends it: strangers, as there is nobody to log in.
REQUESTS = (
    Request("the provider's form", 200, ends=True, data=STOP),
    Request("as JSON", 200, ends=True, json={"from": MOBILE, "text": "stop"}),
    Request(
        "from another site", 200, ends=True, data=STOP, headers={"Origin": "https://evil.example"}
    ),
    Request("looked at", 405, method="GET"),
    Request("looked at ahead", 405, method="HEAD"),
    Request("asked what is allowed", 405, method="PUT", data=STOP),
    Request("no signature", 404, token="x", data=STOP),
    Request("cut signature", 404, token="cut", data=STOP),
    Request("changed signature", 404, token="changed", data=STOP),
    Request("signature of another company's number", 404, token="other scope", data=STOP),
    Request("signature that is endless", 404, token="endless", data=STOP),
    Request("nothing", 200, data={}),
    Request("no text", 200, data={"From": MOBILE}),
    Request("no number", 200, data={"Body": "STOP"}),
    Request("a list as JSON", 200, json=[1, 2]),
    Request("a list in JSON", 200, json={"from": [MOBILE], "text": ["STOP"]}),
    Request("markup", 200, data={"From": "<b>1</b>", "Body": "<script>STOP</script>"}),
    Request("a long text", 200, data={"From": MOBILE, "Body": "STOP " * 50_000}),
    Request("a character that no column holds", 200, data={"From": "+3247\x000", "Body": "STOP"}),
    Request("another language", 200, ends=True, data={"From": MOBILE, "Body": "退订"}),
)


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, SmsSecurityCase, RpcRightsCase):
    callers = {}
    routes = ROUTES


@tagged("post_install", "-at_install")
class TestRequests(GradingCase, HttpCase):
    """What anybody on the internet may send, row by row."""

    def setUp(self):
        super().setUp()
        settings = self.env["res.config.settings"].create({"company_id": self.company.id})
        self.token = settings.customer_reminder_sms_answer_url.rpartition("/")[2]
        self.company.country_id = self.env.ref("base.be")
        self.env.flush_all()

    def _token(self, name):
        middle = len(self.token) // 2
        other = "A" if self.token[middle] != "A" else "B"
        return {
            "own": self.token,
            "cut": self.token[:-5],
            "changed": f"{self.token[:middle]}{other}{self.token[middle + 1 :]}",
            "other scope": self.token[::-1],
            "endless": self.token + "A" * 4000,
        }.get(name, name)

    def _send(self, request):
        return self.opener.request(
            request.method,
            f"{self.base_url()}/customer_tiering/sms/{self._token(request.token)}",
            data=request.data,
            json=request.json,
            headers=request.headers,
            timeout=60,
            allow_redirects=False,
        )

    def test_every_request(self):
        """Somebody on the internet takes numbers off who is written to, learns which numbers are
        known, or makes the server fail."""
        blacklist = self.env["phone.blacklist"]
        for request in REQUESTS:
            with self.subTest(request.name), mute_logger("odoo.http", "odoo.addons.base"):
                response = self._send(request)
                self.env.invalidate_all()
                found = blacklist.search([("number", "=", MOBILE)])
                ended = bool(found)
                found.sudo().unlink()
                self.env.flush_all()
                self.assertEqual((response.status_code, ended), (request.status, request.ends))
                if request.status == 200:
                    self.assertEqual(response.text, "")
                self.assertFalse(response.cookies)
