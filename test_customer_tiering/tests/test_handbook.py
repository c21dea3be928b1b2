import re
from ast import literal_eval
from pathlib import Path

from lxml import etree

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path
from odoo.tools.translate import PoFileReader

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LANGUAGES = ("en", "zh_CN")
PAGE = "docs/{}/administrators.md"
# Whose forms are the settings of the family; those of addons that are not there are left out.
FORMS = (
    "res.config.settings",
    "customer.tier.program",
    "customer.tier",
    "customer.tier.benefit",
    "customer.tier.metric",
    "customer.tier.indicator",
    "customer.tier.event.rule",
    "customer.tier.entry.rule",
    "customer.credit.rule",
    "customer.reminder.rule",
    "customer.reminder.rule.step",
    "customer.stage.playbook",
    "customer.contact.freeze",
    "customer.tier.service",
    "customer.tier.day",
)
# What a form holds beside settings: links to its owner, and what counts itself.
NO_SETTING = {"program_id", "rule_id", "sequence", "proposed_text", "replaced_text"}
# Odoo's own words that the handbook uses: menus, buttons and preferences around ours.
AROUND = ("base", "web", "sale", "sales_team", "base_import", "base_setup", "mail", "portal")
# Where ways through menus begin.
MENUS = {"Sales", "Customers", "Configuration", "Reporting", "Inventory"}
MENUS |= {"销售", "客户", "配置", "报表", "库存"}
# Names that are written alike in every language.
NAMES = {"Customer Tiering", "Manufacturing", "RFM"}


class Words:
    """The words of the screens in a language, of ours and around them, from the translations."""

    def __init__(self, lang):
        self.chinese = {}
        for file in ROOT.glob("customer_tiering*/i18n/*.pot"):
            self._read(file)
        for file in ROOT.glob("customer_tiering*/i18n/zh_CN.po"):
            self._read(file)
        for module in AROUND:
            self._read(file_path(f"{module}/i18n/zh_CN.po"))
        found = set(NAMES)
        for english, words in self.chinese.items():
            found |= {english} if lang == "en" else {word or english for word in words}
        # What the addons are called under Apps.
        for manifest in ROOT.glob("customer_tiering*/__manifest__.py"):
            found.add(literal_eval(manifest.read_text())["name"].split(": ")[-1])
        self.found = {self._plain(word) for word in found}
        # Presets are called by what stands before their explanation.
        self.found |= {
            re.split("[:：]", word)[0] for word in self.found if re.search("[:：]", word)
        }

    def _read(self, file):
        for row in PoFileReader(str(file)):
            self.chinese.setdefault(row["src"], set()).add(row["value"])

    @staticmethod
    def _plain(word):
        return " ".join(re.sub(r"<[^>]+>", " ", word).split()).rstrip(":：….")

    def __contains__(self, word):
        return self._plain(word) in self.found


def terms(text, lang):
    """What a page says in words of the screen: in italics, in Chinese in quotation marks; each
    a list of what is opened one after the other."""
    text = re.sub(r"`[^`]*`|^    .*$|^\* ", "", text, flags=re.MULTILINE)
    text = re.sub(r"\*\*[^*]+\*\*", "", text)
    found = re.findall(r"\*([^*]+)\*" if lang == "en" else "“([^”]+)”", text)
    space = " " if lang == "en" else ""
    return [re.sub(r"\s*\n\s*", space, term).split(" › ") for term in found]


def settings(text):
    """Pairs of the settings that a row of a table is about, and its other cells."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) > 1 and cells[0] not in ("setting", "设置项"):
            # Some labels have a comma themselves.
            yield {cells[0], *re.split("、|, ", cells[0])}, cells[1:]


@tagged("post_install", "-at_install")
class TestHandbook(TransactionCase):
    """The page of all settings in the handbook, and the words of all pages."""

    def _pages(self, lang):
        pages = sorted((DOCS / lang).glob("*.md"))
        return [*pages, ROOT / "README.md"] if lang == "en" else pages

    def _labels(self, model):
        """The labels of our fields that people set on a form, in English."""
        arch = etree.fromstring(self.env[model].get_view(view_type="form")["arch"])
        fields = self.env[model]._fields
        labels = set()
        for node in arch.iter("field"):
            name = node.get("name")
            inside = any(parent.tag == "field" for parent in node.iterancestors())
            hidden = any(
                around.get("invisible") in ("1", "True") for around in (node, *node.iterancestors())
            )
            if inside or hidden or name not in fields or fields[name].readonly:
                continue
            ours = (fields[name]._modules or ("",))[0].startswith("customer_tiering")
            if not ours or not fields[name].string or name in NO_SETTING:
                continue
            if not name.endswith(("company_id", "currency_id")):
                labels.add(node.get("string") or fields[name].string)
        return labels

    def _all_labels(self):
        return {
            label for model in FORMS if model in self.env.registry for label in self._labels(model)
        }

    def _explained(self, lang):
        """Settings with why they are there and an example."""
        page = (ROOT / PAGE.format(lang)).read_text()
        return {
            name
            for names, cells in settings(page)
            if len(cells) == 2 and all(cells)
            for name in names
        }

    def test_every_setting_says_why_and_gives_an_example(self):
        """A setting that the handbook does not name is found by nobody who looks for its reason."""
        self.assertEqual(self._all_labels() - self._explained("en"), set())

    def test_every_setting_says_so_in_chinese(self):
        """The Chinese handbook calls a setting otherwise than the screen does, or leaves it out."""
        chinese = Words("zh_CN").chinese
        explained = self._explained("zh_CN")
        missing = {
            label
            for label in self._all_labels()
            # What is not translated yet is a matter of another check.
            if (words := chinese.get(label, set()) - {""}) and not words & explained
        }
        self.assertEqual(missing, set())

    def test_words_are_those_of_the_screens(self):
        """A page tells to press a button that is called otherwise, or a menu that was renamed:
        whoever follows it word by word gets stuck."""
        for lang in LANGUAGES:
            words = Words(lang)
            for page in self._pages(lang):
                text = page.read_text()
                asked = {word for term in terms(text, lang) for word in term}
                if page.name == "administrators.md":
                    for names, _cells in settings(text):
                        whole = max(names, key=len)
                        asked |= set() if whole in words else names - {whole} or {whole}
                with self.subTest(page=f"{lang}/{page.name}"):
                    self.assertEqual({word for word in asked if word not in words}, set())

    def test_menus_are_where_the_pages_say(self):
        """A page sends people through menus that do not lead there."""
        menus = self.env["ir.ui.menu"].with_context(lang="en_US")
        known = set()
        for menu in menus.search([]):
            way = menu
            while way[0].parent_id:
                way = way[0].parent_id | way
            # What only groups the entries of a menu may be left out; any menu may come first.
            for steps in (way, way[:2] | way[2:].filtered("action")):
                names = tuple(steps.mapped("name"))
                known |= {names[start:] for start in range(len(names))}
        chinese = Words("zh_CN").chinese
        for lang in LANGUAGES:
            for page in self._pages(lang):
                for term in terms(page.read_text(), lang):
                    # Settings are one screen, and forms have pages of their own.
                    if len(term) < 2 or term[0] not in MENUS:
                        continue
                    fits = [
                        path
                        for path in known
                        if len(path) == len(term)
                        and all(
                            word == menu if lang == "en" else word in chinese.get(menu, ())
                            for word, menu in zip(term, path, strict=True)
                        )
                    ]
                    self.assertTrue(fits, f"{lang}/{page.name}: {' › '.join(term)}")
