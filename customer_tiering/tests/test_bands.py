from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date
from odoo.tests import Form, tagged

from ..grading import points
from .common import OWN, GradingCase


class BandsCase(GradingCase):
    """Ten customers who bought for 10, 20 … 100 this year, and one who bought nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        for number in range(1, 11):
            customer = cls._create_customer(f"Buyer {number}", company_id=cls.company.id)
            cls._create_order(customer, 10.0 * number, date=3)
        sleeper = cls._create_customer("Sleeper", company_id=cls.company.id)
        cls._create_order(sleeper, 30.0, date=800)
        cls.program = cls._create_program(
            domain=OWN,
            indicators=[
                {"metric": "amount", "bands": [(0, 10), (50, 90)]},
                {"metric": "average_order", "scale": "quantile"},
                {"metric": "recency_days", "scale": "linear", "linear_zero": 90, "linear_full": 0},
            ],
        )
        cls.amount, cls.average, cls.recency = cls.program.indicator_ids.with_user(cls.manager)

    def _open(self, indicator):
        """The dialog as the button opens it."""
        action = indicator.action_open_distribution()
        proposal = indicator.env[action["res_model"]].browse(action["res_id"])
        return Form(proposal, "customer_tiering.customer_tier_band_proposal_view_form")

    def _freeze(self, form):
        form.save().action_freeze()

    def _cuts(self, indicator):
        return indicator.band_ids.sorted("value_from").mapped("value_from")[1:]

    def _points(self, indicator):
        return indicator.band_ids.sorted("value_from").mapped("points")

    def _rows(self, form):
        names = ("value_from", "value_to", "customer_count", "points")
        rows = []
        for number in range(len(form.line_ids)):
            with form.line_ids.edit(number) as line:
                rows.append(tuple(line[name] for name in names))
        return rows


@tagged("post_install", "-at_install")
class TestBands(BandsCase):
    def test_what_is_comes_first(self):
        """Who opens the dialog sees how today's customers fall into today's bands."""
        form = self._open(self.average)
        self.assertEqual(
            self._rows(form),
            [
                (0, "< 28", 2, 20),
                (28, "< 46", 2, 40),
                (46, "< 64", 2, 60),
                (64, "< 82", 2, 80),
                (82, "and above", 2, 100),
            ],
        )
        self.assertIn("<svg", form.picture)
        self.assertIn("Customers who did not buy in the last 12 months: 1.", form.picture)

    def test_nothing_changes_until_frozen(self):
        """Looking at other bands must not regrade anybody."""
        form = self._open(self.amount)
        form.method = "quantile"
        form.band_count = 4
        form.direction = "low"
        form.save()
        self.assertEqual(self._cuts(self.amount), [50])
        self.assertEqual(self._points(self.amount), [10, 90])
        self.assertFalse(self.amount.frozen_on)

    def test_freezing_writes_the_bands(self):
        """What is frozen is what was seen, and the day is kept."""
        form = self._open(self.amount)
        form.method = "quantile"
        form.band_count = 4
        form.direction = "low"
        with freeze_time("2031-05-06 10:00:00"):
            self._freeze(form)
        # Type 7 quantiles of 10, 20 … 100 are 32.5, 55 and 77.5; of whole numbers, the next one.
        self.assertEqual(self._cuts(self.amount), [33, 55, 78])
        self.assertEqual(self._points(self.amount), [100, 75, 50, 25])
        self.assertEqual(self.amount.scale, "bands")
        self.assertEqual(self.amount.frozen_on, Date.to_date("2031-05-06"))

    def test_proposals(self):
        """Each way of cutting, with the points that follow it."""
        form = self._open(self.amount)
        for method, cuts in {
            "quantile": [28, 46, 64, 82],
            "round": [20, 50, 60, 100],
            "width": [31, 47, 64, 80],
            "present": [50],
        }.items():
            with self.subTest(method):
                form.method = method
                if method == "quantile":
                    form.band_count = 5
                rows = self._rows(form)
                self.assertEqual([row[0] for row in rows[1:]], cuts)
                self.assertEqual(sum(row[2] for row in rows), 10)
        self.assertEqual([row[3] for row in rows], [10, 90])

    def test_by_share_of_the_total(self):
        """Whoever knows customers as A, B and C had to work the cuts out in a spreadsheet: of 550,
        400 are before 50, which is less than 80 %, and 520 before 20, less than 95 %."""
        form = self._open(self.amount)
        form.method = "abc"
        self.assertEqual([row[0] for row in self._rows(form)[1:]], [20, 50])
        self.assertEqual([row[2:] for row in self._rows(form)], [(1, 33.33), (3, 66.67), (6, 100)])
        self._freeze(form)
        self.assertEqual(self._cuts(self.amount), [20, 50])
        self.assertEqual(self.amount.band_ids.sorted("value_from").mapped("number"), [1, 2, 3])
        self.assertEqual(self.amount.cut_method, "abc")
        self.assertIn("the cuts would be the same", self._open(self.amount).status)
        self._create_own_customer("Giant", (2, 100000))
        form = self._open(self.amount)
        self.assertIn("(By share of the total (ABC)), the cuts would be 100,000", form.status)
        self.assertEqual(self._cuts(self.amount), [20, 50], "frozen")
        form.method = "abc"
        self._freeze(form)
        bands = self.amount.band_ids.sorted("value_from")
        self.assertEqual(bands.mapped("number"), [1, 3], "nobody is B")

    def test_shares_of_what_has_no_total(self):
        """Classes were made of shares of a sum of averages, of which nobody has a part."""
        form = self._open(self.average)
        before = self._cuts(self.average)
        form.method = "abc"
        self.assertIn("cannot be added up", form.problem)
        with self.assertRaisesRegex(UserError, "Choose another way"):
            self._freeze(form)
        self.assertEqual(self._cuts(self.average), before)

    def test_shares_where_less_is_better(self):
        """A was said to be band 3, and was band 1 where less is better."""
        form = self._open(self.amount)
        form.method, form.direction = "abc", "low"
        self.assertIn("Where less is better", form.problem)
        with self.assertRaisesRegex(UserError, "Choose another way"):
            self._freeze(form)

    def test_number_of_bands_out_of_range(self):
        """A slip of the finger must not make a thousand bands."""
        form = self._open(self.amount)
        form.method = "width"
        with self.assertLogs("odoo.tests.form.onchange", "WARNING") as logs:
            form.band_count = 1000
        self.assertIn("2 to 20 bands", logs.output[0])
        self.assertEqual(form.band_count, 20)
        self.assertLessEqual(len(form.line_ids), 20)

    def test_editing_by_hand(self):
        """A proposal is a beginning: cuts and points can be changed, added and taken away."""
        form = self._open(self.amount)
        form.method = "quantile"
        form.band_count = 5
        with form.line_ids.edit(1) as line:
            line.value_from = 25
            line.points = 33
        form.line_ids.remove(4)
        with form.line_ids.new() as line:
            line.value_from = 90.5
            line.points = 99
        form.line_ids.remove(0)
        self.assertIn(">90.50</text>", form.picture)
        rows = self._rows(form)
        self.assertEqual([row[1] for row in rows], ["< 46", "< 64", "< 90.50", "and above"])
        self.assertEqual([row[2] for row in rows], [4, 2, 3, 1])
        self._freeze(form)
        self.assertEqual(self._cuts(self.amount), [46, 64, 90.5])
        self.assertEqual(self._points(self.amount), [33, 60, 80, 99])

    def test_direction_turns_points_typed_by_hand(self):
        """Turning the scale round must not forget what was typed."""
        form = self._open(self.amount)
        with form.line_ids.edit(0) as line:
            line.points = 7
        form.direction = "low"
        self.assertEqual([row[3] for row in self._rows(form)], [90, 7])

    def test_direction_is_read_from_the_bands(self):
        """A scale typed by hand falls although nobody ever set its direction."""
        self.amount.write({"band_ids": [Command.clear(), *self._bands((0, 100), (9, 0))]})
        self.assertEqual(self.amount.direction, "high")
        self.assertEqual(self._open(self.amount).direction, "low")

    def _bands(self, *pairs):
        return [Command.create({"value_from": start, "points": earned}) for start, earned in pairs]

    def test_linear(self):
        """A line takes its ends from the percentiles, the better one where fewer is better."""
        self.program.sudo().indicator_ids = [
            Command.create({"metric_id": self._metric("amount_total").id, "scale": "linear"})
        ]
        indicator = self.program.indicator_ids[-1].with_user(self.manager)
        form = self._open(indicator)
        form.line_method = "percentiles"
        # 5th and 95th percentile of 10, 20, 30, 30, 40 … 100: 15 and 95; a step is at most 8.
        self.assertEqual((form.linear_zero, form.linear_full), (15, 95))
        self.assertIn("100 points: 95", form.picture)
        form.linear_full = 97
        self.assertIn("100 points: 97", form.picture)
        form.linear_full = 95
        form.direction = "low"
        self.assertEqual((form.linear_zero, form.linear_full), (95, 15))
        self.assertEqual(indicator.linear_full, 100)
        self._freeze(form)
        self.assertEqual((indicator.linear_zero, indicator.linear_full), (95, 15))
        self.assertEqual(indicator.frozen_on, Date.context_today(indicator))
        form = self._open(indicator)
        self.assertEqual(form.direction, "low")
        form.linear_full = 95
        with self.assertRaisesRegex(UserError, "cannot be reached at the same value"):
            self._freeze(form)

    def test_bad_bands(self):
        """Each refusal says what to do, before and when the button is pressed."""
        for message, field, value in (
            ("Two bands start at 46", "value_from", 46),
            ("between 0 and 100, 120 do not", "points", 120),
            ("between 0 and 100, -1 do not", "points", -1),
        ):
            with self.subTest(message):
                form = self._open(self.amount)
                form.method = "quantile"
                form.band_count = 5
                self.assertFalse(form.problem)
                with form.line_ids.edit(1) as line:
                    line[field] = value
                self.assertRegex(form.problem, message)
                self.assertIn("<svg", form.picture)
                with self.assertRaisesRegex(UserError, message):
                    self._freeze(form)
        form = self._open(self.amount)
        form.line_ids.remove(0)
        form.line_ids.remove(0)
        with self.assertRaisesRegex(UserError, "There is no band"):
            self._freeze(form)
        self.assertEqual(self._cuts(self.amount), [50])

    def test_no_customer_has_a_value(self):
        """Nothing to look at must be said, not drawn."""
        program = self._create_program(
            domain="[('name', '=', 'nobody at all')]",
            indicators=[{"metric": "amount", "bands": [(0, 10), (7, 90)]}],
        )
        with self.assertRaisesRegex(UserError, "No customer of programme “Programme”"):
            program.indicator_ids.action_open_distribution()
        self.assertEqual(self._cuts(program.indicator_ids), [7])

    def test_all_customers_alike(self):
        """Equal values are one band, whatever is asked for: the lowest, for nobody was better than
        anybody."""
        program = self._create_program(
            domain="[('name', '=', 'Buyer 3')]",
            indicators=[{"metric": "amount", "bands": [(0, 10), (7, 90)]}],
        )
        form = self._open(program.indicator_ids.with_user(self.manager))
        self.assertIn("nothing to cut", form.status)
        form.method = "quantile"
        self.assertEqual(self._rows(form), [(0, "and above", 1, 50)])

    def test_retuning_is_informed(self):
        """Frozen cuts are shown against today's customers, with what they would be today."""
        form = self._open(self.amount)
        self.assertIn("Typed", form.status)
        form.method = "quantile"
        form.band_count = 4
        self._freeze(form)
        self.assertIn("the cuts would be the same", self._open(self.amount).status)
        for number in range(5):
            self._create_own_customer(f"Giant {number}", (2, 1000))
        form = self._open(self.amount)
        self.assertIn("Frozen on", form.status)
        self.assertIn("the cuts would be 45 · 80 · 1,000", form.status)
        self.assertEqual([row[0] for row in self._rows(form)[1:]], [33, 55, 78])
        self.assertEqual([row[2] for row in self._rows(form)], [3, 2, 2, 8])

    def test_bands_left_out(self):
        """Most bought once: the second band was number 2 of 2 and earned twice what it should,
        and no segment of “4 to 5” found anybody. What is empty is shown, and frozen as left out."""
        for number in range(20):
            self._create_own_customer(f"Twice {number}", (9, 10), (12, 10))
        self.program.sudo().indicator_ids = [
            Command.create({"metric_id": self._metric("order_count").id, "scale": "quantile"})
        ]
        count = self.program.indicator_ids[-1].with_user(self.manager)
        bands = count.band_ids.sorted("value_from")
        self.assertEqual(self._cuts(count), [2])
        self.assertEqual(bands.mapped("number"), [1, 5])
        self.assertEqual(bands.mapped("points"), [20, 100])
        form = self._open(count)
        self.assertEqual(form.band_count, 5)
        rows = [(0, "< 2", 10, 20)]
        rows += [(2, "", 0, earned) for earned in (40, 60, 80)]
        rows += [(2, "and above", 20, 100)]
        self.assertEqual(self._rows(form), rows)
        self.assertFalse(form.problem)
        self.assertIn("the cuts would be the same", form.status)
        form.direction = "low"
        self.assertEqual([row[3] for row in self._rows(form)], [100, 80, 60, 40, 20])
        self._freeze(form)
        bands = count.band_ids.sorted("value_from")
        self.assertEqual(bands.mapped("number"), [5, 1])
        self.assertEqual(count._policy()[0].scale.numbers, (5, 1))
        self.assertEqual((count.quantile_count, count.direction), (5, "low"))

    def test_bands_typed_over_are_numbered_by_their_points(self):
        """Somebody's own bands are 1, 2, 3 …, whatever numbers the proposal had."""
        form = self._open(self.average)
        form.line_ids.remove(1)
        self._freeze(form)
        self.assertEqual(self.average.band_ids.mapped("number"), [0] * 4)
        self.assertEqual(self.average._policy()[0].scale.numbers, ())


@tagged("post_install", "-at_install")
class TestFrozen(BandsCase):
    def test_bands_from_before_numbers_stay(self):
        """An upgrade must not move customers: what was frozen without numbers grades as it did
        until it is frozen again."""
        bands = self.average.sudo().band_ids.sorted("value_from")
        bands.number = 0
        bands[-1].unlink()
        scale = self.average._policy()[0].scale
        self.assertEqual(scale.numbers, ())
        self.assertEqual(points.band_number(scale, [10, 30, 90]).tolist(), [1, 2, 4])

    def test_typing_is_no_longer_frozen(self):
        """A scale must not say that its bands come from customers when somebody typed them."""
        self.assertTrue(self.average.frozen_on)
        band = self.average.band_ids[1]
        self.average.write({"band_ids": [Command.update(band.id, {"points": 41})]})
        self.assertTrue(self.average.frozen_on, "points alone are no cuts")
        self.average.write({"band_ids": [Command.update(band.id, {"value_from": 29})]})
        self.assertFalse(self.average.frozen_on)
        self.assertEqual(self.average.scale, "bands")

    def test_preset_without_customers(self):
        """Bounds of the preset that nobody's values were asked for are plain bands."""
        self.env["sale.order"].search([]).state = "draft"
        program = self._create_program("rfm", company=self.company_b)
        self.assertEqual(set(program.indicator_ids.mapped("scale")), {"bands"})
        self.assertFalse(any(program.indicator_ids.mapped("frozen_on")))

    def test_copy_stays_frozen(self):
        """A duplicated programme grades as its original does."""
        copy = self.program.copy().indicator_ids[1]
        self.assertEqual((copy.scale, copy.frozen_on), ("quantile", self.average.frozen_on))
        self.assertEqual(self._cuts(copy), self._cuts(self.average))


@tagged("post_install", "-at_install")
class TestBandsSecurity(BandsCase):
    def test_officer(self):
        """Bands are configuration: an officer neither opens nor freezes them."""
        Proposal = self.env["customer.tier.band.proposal"]
        for user in (self.officer, self.salesperson):
            with self.assertRaises(AccessError):
                self.amount.with_user(user).action_open_distribution()
            with self.assertRaises(AccessError):
                Proposal.with_user(user).create({"indicator_id": self.amount.id})
            proposal = Proposal.create({"indicator_id": self.amount.id})
            with self.assertRaises(AccessError):
                proposal.with_user(user).action_freeze()

    def test_values_of_the_programme_s_company(self):
        """Company B's orders are none of A's, and the other way round, whoever looks."""
        buyer = self._create_customer("Buyer of both")
        self._create_order(buyer, 5000, date=3, company=self.company_b)
        domain = "['|', ('company_id', '!=', False), ('name', '=', 'Buyer of both')]"
        self.program.domain = domain
        indicator = {"metric": "amount", "bands": [(0, 10), (50, 90)]}
        program_b = self._create_program(
            domain=domain, indicators=[indicator], company=self.company_b
        )
        Proposal = self.env["customer.tier.band.proposal"].with_user(self.manager)
        own = Proposal.create({"indicator_id": self.amount.id})
        self.assertEqual(max(own.sample["known"]), 100)
        with self.assertRaises(AccessError):
            Proposal.create({"indicator_id": program_b.indicator_ids.id})
        self.manager.company_ids += self.company_b
        both = Proposal.with_context(allowed_company_ids=(self.company + self.company_b).ids)
        theirs = both.create({"indicator_id": program_b.indicator_ids.id})
        self.assertEqual(theirs.sample, {"known": [5000.0], "unknown": 0})
        self.assertEqual(theirs.company_id, self.company_b)
