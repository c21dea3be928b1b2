from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..switches import QUIET
from .customer_tier_preset import PRESETS, SEGMENTS, preset_terms


class CustomerTierProgram(models.Model):
    """Programmes made from a preset, and the one of the demo data."""

    # Beside the advice, a subject of its own.
    _inherit = "customer.tier.program"

    @api.model
    @api.private
    def _create_preset(self, code, company):
        """Make a programme from a preset.

        :param code: a key of ``PRESETS``
        :param company: ``res.company``
        :raise UserError: for an unknown code, and where a metric that it is made of is gone
        """
        preset = PRESETS.get(code)
        if not preset:
            raise UserError(
                self.env._(
                    "There is no preset “%(code)s”. Choose one of: %(known)s.",
                    code=code,
                    known=", ".join(PRESETS),
                )
            )
        program = self.create(
            {
                "name": str(preset["name"]),
                "company_id": company.id,
                "sequence": 10 * (self.search_count([("company_id", "=", company.id)]) + 1),
                "tier_ids": self._preset_tiers(preset),
                "indicator_ids": self._preset_indicators(preset),
                "segment_ids": self._preset_segments(preset),
                "rfm_mode": preset.get("rfm_mode", "three"),
            }
        )
        program._add_usual_entry_rules()
        program._add_usual_event_rules()
        program._add_credit_rules(preset.get("credit", ()))
        program._translate_preset(preset)
        # Where customers have ordered already; the preset's own bounds serve until then.
        quantile = program.indicator_ids.filtered(lambda i: i.scale == "quantile")
        (quantile - quantile._propose_bands()).scale = "bands"
        return program

    def _metric_ids(self, preset):
        """Id per code of the metrics that a preset uses; an archived one is hidden, not gone."""
        codes = {indicator[0] for indicator in preset["indicators"]}
        conditions = (c for tier in preset["tiers"] for c in tier.get("conditions", ()))
        codes |= {code for code, _operator, _value in conditions}
        Metric = self.env["customer.tier.metric"].with_context(active_test=False)
        found = {metric.code: metric.id for metric in Metric.search([("code", "in", list(codes))])}
        if gone := codes - found.keys():
            raise UserError(
                self.env._(
                    "Preset “%(preset)s” is made of metrics that were deleted: %(codes)s. Make "
                    "metrics with these codes under Metrics, or choose another preset.",
                    preset=self.env._(preset["name"]),
                    codes=", ".join(sorted(gone)),
                )
            )
        return found

    @api.model
    def _preset_tiers(self, preset):
        """The preset's tiers from the lowest to the highest, as commands to create them."""
        metrics = self._metric_ids(preset)
        commands = []
        for sequence, tier in enumerate(preset["tiers"], start=1):
            vals = {key: tier[key] for key in ("color", "discount", "min_score") if key in tier}
            conditions = [
                Command.create({"metric_id": metrics[code], "operator": op, "value": value})
                for code, op, value in tier.get("conditions", ())
            ]
            name = tier["name"]
            vals |= {
                "name": self.env._(name),
                "sequence": 10 * sequence,
                "condition_ids": conditions,
            }
            commands.append(Command.create(vals))
        return commands

    def _preset_indicators(self, preset):
        metrics = self._metric_ids(preset)
        commands = []
        for sequence, (code, weight, direction, cuts, role) in enumerate(preset["indicators"]):
            size = len(cuts) + 1
            points = [round(100 * number / size, 2) for number in range(1, size + 1)]
            if direction == "low":
                points.reverse()
            bands = zip((0, *cuts), points, strict=True)
            commands.append(
                Command.create(
                    {
                        "sequence": 10 * sequence,
                        "metric_id": metrics[code],
                        "weight": weight,
                        "direction": direction,
                        "scale": "quantile" if preset.get("quantile") else "bands",
                        "quantile_count": size,
                        "rfm_role": role or False,
                        "band_ids": [
                            Command.create({"value_from": value, "points": point})
                            for value, point in bands
                        ],
                    }
                )
            )
        return commands

    def _preset_segments(self, preset):
        commands = []
        segments = preset.get("segments", SEGMENTS)
        for sequence, (name, color, *box) in enumerate(segments):
            vals = {"name": str(name), "sequence": 10 * sequence, "color": color}
            # A grid of two axes has no bounds of M.
            for part, (low, high) in zip("rfm", box, strict=False):
                vals |= {f"{part}_min": low, f"{part}_max": high}
            commands.append(Command.create(vals))
        return commands

    def _translate_preset(self, preset):
        """Names in every installed language, so that each colleague reads their own."""
        named = [(self, preset["name"])]
        named += zip(self.tier_ids, (tier["name"] for tier in preset["tiers"]), strict=True)
        segments = preset.get("segments", SEGMENTS)
        named += zip(self.segment_ids, (segment[0] for segment in segments), strict=True)
        for code, _name in self.env["res.lang"].get_installed():
            translate = self.with_context(lang=code).env._
            for record, name in named:
                record.with_context(lang=code).name = translate(name)

    @api.model
    def _translate_preset_names(self, codes):
        """Name what was made from a preset in languages that came later; names that people gave
        stay.

        :param codes: language codes
        """
        english = self.with_context(lang="en_US").env
        terms = {english._(term): term for term in preset_terms()}
        for model in (
            "customer.tier.program",
            "customer.tier",
            "customer.tier.segment",
            "customer.tier.entry.rule",
        ):
            records = english[model].with_context(active_test=False)
            for record in records.search([("name", "in", list(terms))]):
                for code in codes:
                    translated = record.with_context(lang=code)
                    if translated.name == record.name:
                        translated.name = translated.env._(terms[record.name])

    @api.model
    @api.private
    def _load_demo(self):
        """Demo customers with three years of orders, graded by the wholesale preset."""
        from ..demo.generate import load_demo
        from ..demo.win_back import create_win_backs, start_playbooks

        load_demo(self.env)
        self.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        company = self.env.ref("base.main_company")
        # So that a limit has its effect as soon as one is applied. Nothing is delivered in the
        # demo, and an order of the day before yesterday may have an invoice already.
        company.write({"account_use_credit_limit": True, "customer_credit_order_days": 1})
        if not self._for_company(company):
            program = self._create_preset("wholesale", company)
            program._grade_past_year()
            program.action_grade()
            create_win_backs(self.env, company, fields.Date.context_today(company))
            start_playbooks(self.env, company)

    def _grade_past_year(self):
        """Grade as of each month of the last year, so that there is a history to look at.

        Nobody is reminded of what was due then, or told of it.
        """
        today = fields.Date.context_today(self)
        rules = self.env["customer.reminder.rule"].search([("active", "=", True)])
        rules.active = False
        for months in range(12, 0, -1):
            run = QUIET.on(self.env["customer.tier.run"]).create(
                {
                    "company_id": self.company_id.id,
                    "as_of": today - relativedelta(months=months, day=1),
                }
            )
            run.action_run()
        rules.active = True
        # Measured then from half of the orders.
        self.typical_interval_days = 0
