import base64
import json

from odoo.addons.spreadsheet.utils.validate_data import fields_in_spreadsheet
from odoo.tests import TransactionCase, new_test_user, tagged

from .. import build, description


@tagged("post_install", "-at_install")
class TestDashboardFiles(TransactionCase):
    def test_fresh(self):
        """A change of the description shows on no dashboard, as nobody ran ./dev dashboards."""
        for name, content in build.files().items():
            with self.subTest(name):
                kept = (build.FOLDER / name).read_text(encoding="utf-8")
                self.assertEqual(kept, content, "Run ./dev dashboards")
        names = {path.name for path in build.FOLDER.iterdir()}
        self.assertEqual(names, set(build.files()), "a file of a dashboard that is gone")

    def test_in_the_middle(self):
        """Columns without anything in them pushed a dashboard to the left and out of the window;
        or the names of columns stood beside the numbers of others."""
        for board in description.DASHBOARDS:
            data = build.Builder(board).data()
            sheet = data["sheets"][0]
            widths = [column["size"] for column in sheet["cols"].values()]
            self.assertEqual(sum(widths), build.WIDTH)
            self.assertEqual(len(widths), sheet["colNumber"])
            for cell, text in sheet["cells"].items():
                if text.startswith("=PIVOT("):
                    heads = {
                        data["styles"][str(sheet["styles"][f"{c}{cell[1:]}"])]["align"]
                        for c in "BCDEF"
                    }
                    self.assertEqual(heads, {"right"})
                    # Without one, core puts those of states on the left.
                    formats = {sheet["formats"].get(f"{c}{cell[1:]}") for c in "BCDEF"}
                    self.assertEqual({data["formats"].get(str(one)) for one in formats}, {"@"})

    def _boards(self):
        return self.env["spreadsheet.dashboard"].search(
            [
                (
                    "dashboard_group_id",
                    "=",
                    self.env.ref(
                        "customer_tiering_dashboard.spreadsheet_dashboard_group_customers"
                    ).id,
                )
            ]
        )

    def test_all_there(self):
        """A dashboard that is described is not to be found in the app."""
        self.assertEqual(len(self._boards()), len(description.DASHBOARDS))

    def test_every_field_exists(self):
        """A field was renamed, and a figure shows an error ever since."""
        for board in self._boards():
            data = json.loads(base64.b64decode(board.spreadsheet_binary_data))
            for model, chains in fields_in_spreadsheet(data).items():
                for chain in chains:
                    self._check_chain(board.name, model, chain)
            sources = [*data["pivots"].values(), *data["lists"].values()]
            matchings = [(source["model"], source["fieldMatching"]) for source in sources]
            matchings += [
                (figure["data"]["metaData"]["resModel"], figure["data"]["fieldMatching"])
                for sheet in data["sheets"]
                for figure in sheet["figures"]
                if figure["data"]["type"].startswith("odoo_")
            ]
            filters = {one["id"] for one in data["globalFilters"]}
            self.assertTrue(filters)
            for model, matching in matchings:
                self.assertEqual(set(matching), filters, (board.name, model))
                for found in matching.values():
                    self._check_chain(board.name, model, found["chain"])
            for menu in data["chartOdooMenusReferences"].values():
                self.assertEqual(self.env.ref(menu)._name, "ir.ui.menu")

    def test_figures_open_what_they_count(self):
        """A click on a figure opens a bare list, or everything there is."""
        for board in self._boards():
            data = json.loads(base64.b64decode(board.spreadsheet_binary_data))
            figures = [figure for sheet in data["sheets"] for figure in sheet["figures"]]
            charts = [f["data"] for f in figures if f["data"]["type"].startswith("odoo_")]
            sources = [(one["model"], one) for one in data["pivots"].values()]
            sources += [(one["model"], one) for one in data["lists"].values()]
            sources += [(chart["metaData"]["resModel"], chart) for chart in charts]
            for model, source in sources:
                with self.subTest(board.name, model=model):
                    self.assertEqual(self.env.ref(source["actionXmlId"]).res_model, model)
            cards = {f["id"] for f in figures if f["data"]["type"] == "scorecard"}
            # A menu behind a chart opens everything wherever it is not hit.
            self.assertEqual(set(data["chartOdooMenusReferences"]), cards)

    def _check_chain(self, board, model, chain):
        with self.subTest(board, model=model, chain=chain):
            for name in chain.split("."):
                if name == "__count":
                    continue
                field = self.env[model]._fields.get(name.split(":")[0])
                self.assertTrue(field, name)
                model = field.comodel_name

    def test_colours_say_nothing_wrong(self):
        """A pie takes colours in the alphabet's order: high risk was blue and low risk red."""
        charts = [chart for board in description.DASHBOARDS for chart in board.charts]
        risks = [chart for chart in charts if "credit_band" in chart.group_by]
        self.assertEqual([chart.kind for chart in risks], ["bar"])

    def test_officers_may_read_it_all(self):
        """An officer opens a dashboard and is refused."""
        officer = new_test_user(self.env, "dashboard_officer", "customer_tiering.group_user")
        for board in self._boards():
            data = json.loads(base64.b64decode(board.spreadsheet_binary_data))
            self.assertTrue(board.with_user(officer).has_access("read"))
            for model, chains in fields_in_spreadsheet(data).items():
                records = self.env[model].with_user(officer)
                records.check_access("read")
                for chain in chains:
                    name = chain.split(".")[0].split(":")[0]
                    if name != "__count":
                        self.assertTrue(
                            records._has_field_access(records._fields[name], "read"), name
                        )

    def test_not_for_everybody(self):
        """Salespeople are shown margins."""
        salesperson = new_test_user(self.env, "dashboard_seller", "sales_team.group_sale_salesman")
        self.assertFalse(
            self.env["spreadsheet.dashboard"]
            .with_user(salesperson)
            .search([("id", "in", self._boards().ids)])
        )
