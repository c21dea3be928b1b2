import re

from odoo.tests import HttpCase, tagged

from .common import PageCase

# Fails with the names of what is wider than the screen, or scrolls sideways within it.
WIDE = """
    const width = document.documentElement.clientWidth;
    document.querySelectorAll("main details").forEach((part) => (part.open = true));
    const wide = [...document.querySelectorAll("main *")].filter(
        (element) =>
            element.getBoundingClientRect().right > width + 1 ||
            (element.matches(".table-responsive") && element.scrollWidth > element.clientWidth + 1)
    );
    if (wide.length) {
        console.error(width + ": " + wide.map((e) => e.tagName + "." + e.className).join(", "));
    } else {
        console.log("test successful");
    }
"""


# Fails where the customer's own tier is out of sight to the side, or is marked twice.
OWN_TIER = """
    const marked = [...document.querySelectorAll(".o_customer_tier_own[aria-current='true']")];
    const shown = marked.map((e) => e.getBoundingClientRect()).filter((box) => box.width);
    const width = document.documentElement.clientWidth;
    if (shown.length !== 1 || shown[0].left < 0 || shown[0].right > width) {
        console.error(`of ${width}: ` + shown.map((b) => `${b.left} to ${b.right}`).join(", "));
    } else {
        console.log("test successful");
    }
"""


# Fails with what has too little contrast with its ground for WCAG 2.1, level AA, in each of the
# colours that a tier can have.
PALE = """
    const parse = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        return { rgb: [r, g, b], a };
    };
    const ground = (element) => {
        for (let node = element; node; node = node.parentElement) {
            const { rgb, a } = parse(getComputedStyle(node).backgroundColor);
            if (a > 0.99) {
                return rgb;
            }
        }
        return [255, 255, 255];
    };
    const mixed = ({ rgb, a }, under) => rgb.map((c, i) => c * a + under[i] * (1 - a));
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((value) => {
            const c = value / 255;
            return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (element) => {
        const under = ground(element);
        const text = mixed(parse(getComputedStyle(element).color), under);
        const pair = [luminance(text), luminance(under)];
        return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    };
    const page = document.querySelector(".o_customer_tier_page");
    page.querySelectorAll("details").forEach((part) => (part.open = true));
    const pale = new Set();
    const badge = page.querySelector(".o_customer_tier_badge");
    for (let color = 0; color < 12; color++) {
        badge.className = badge.className.replace(/color_\\d+/, "color_" + color);
        for (const element of page.querySelectorAll("*")) {
            const says = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
            const style = getComputedStyle(element);
            const large = parseFloat(style.fontSize) >= 24;
            if (says && contrast(element) < (large ? 3 : 4.5)) {
                pale.add(element.tagName + "." + element.className + " " + contrast(element));
            }
        }
    }
    if (pale.size || !badge) {
        console.error([...pale].join(", "));
    } else {
        console.log("test successful");
    }
"""


@tagged("post_install", "-at_install")
class TestTour(HttpCase, PageCase):
    """A customer in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.password = cls.user.login

    def test_page(self):
        """From the home page to an order that counts are three pages, each of which may break the
        way to the next."""
        self.start_tour("/my", "customer_tiering_portal_page", login=self.user.login)

    def test_on_a_phone(self):
        """On a phone the page ran out of the screen to the right."""
        self.browser_size = "360x740"
        self.start_tour("/my", "customer_tiering_portal_page", login=self.user.login)
        loaded = "document.readyState === 'complete'"
        self.browser_js("/my/tier", WIDE, ready=loaded, login=self.user.login)

    def test_no_scrolling_sideways(self):
        """On a phone the table of tiers and that of orders had to be pushed aside to read them."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_customer_tiering_portal")._update_translations("zh_CN")
        loaded = "document.readyState === 'complete'"
        for size, lang in (("480x900", "en_US"), ("360x740", "zh_CN")):
            self.browser_size, self.user.lang = size, lang
            with self.subTest(size=size, lang=lang):
                self.browser_js("/my/tier", WIDE, ready=loaded, login=self.user.login)

    def test_best_tier_on_a_phone(self):
        """On a phone whoever has the last of the tiers saw all of them but the own one."""
        self.browser_size = "360x740"
        self.other_user.password = self.other_user.login
        loaded = "document.readyState === 'complete'"
        self.browser_js("/my/tier", OWN_TIER, ready=loaded, login=self.other_user.login)

    def test_contrast(self):
        """Grey on yellow could not be read by who sees badly, or in the sun."""
        loaded = "document.readyState === 'complete'"
        self.browser_js("/my/tier", PALE, ready=loaded, login=self.user.login)

    def test_quotation_online_and_on_paper(self):
        """Online, on paper and on the screen three different savings were told."""
        order = self._create_order(
            self.user.partner_id,
            state="draft",
            lines=[{"product_id": self.product.id, "product_uom_qty": 10}],
            user_id=self.salesperson.id,
        )
        order._recompute_prices()
        order.action_quotation_sent()
        url = f"/my/orders/{order.id}"
        self.start_tour(url, "customer_tiering_portal_quotation", login=self.user.login)
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html("sale.report_saleorder", order.ids)
        paper = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html.decode()))
        self.assertIn("You save", paper)
        self.assertIn("50.00", paper)
        self.assertIn("Discount: 5 %", paper)
