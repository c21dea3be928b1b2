from itertools import combinations

from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.words import percent, readable, series
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import formatLang


class CustomerTierAhp(models.TransientModel):
    """Weights of a programme's indicators from comparing each with each (``grading/ahp.py``).

    Indicators that weigh 0 were left out on purpose, and stay so.
    """

    _name = "customer.tier.ahp"
    _inherit = "customer.tier.input"
    _description = "Weigh Indicators by Comparing Pairs"

    program_id = fields.Many2one("customer.tier.program", required=True, ondelete="cascade")
    pair_ids = fields.One2many("customer.tier.ahp.pair", "ahp_id")
    left_out = fields.Char(compute="_compute_left_out")
    consistency_ratio = fields.Float(compute="_compute_result", digits=(16, 3))
    result = fields.Html(compute="_compute_result", sanitize=False)

    @api.depends("program_id")
    def _compute_left_out(self):
        for wizard in self:
            indicators = wizard.program_id.indicator_ids - self._comparable(wizard.program_id)
            wizard.left_out = series(self.env, indicators.mapped("display_name"))

    @api.depends("pair_ids.value")
    @api.depends_context("lang")
    def _compute_result(self):
        from odoo.addons.customer_tiering.grading import ahp

        for wizard in self:
            indicators, comparisons = wizard._comparisons()
            if not indicators:
                wizard.consistency_ratio, wizard.result = 0, False
                continue
            weights, ratio = ahp.weigh(comparisons)
            wizard.consistency_ratio = ratio
            shares = ahp.percentages(weights)
            before = ahp.percentages(indicators.mapped("weight"))
            wizard.result = self.env["ir.qweb"]._render(
                "customer_tiering_ahp.customer_tier_ahp_result",
                {
                    "rows": [
                        {
                            "name": indicator.display_name,
                            "share": share,
                            "text": self._percent(share),
                            "before": self._percent(old),
                        }
                        for indicator, share, old in zip(indicators, shares, before, strict=True)
                    ],
                    "ratio": formatLang(self.env, ratio, digits=3),
                    "can_contradict": len(indicators) > 2,
                    "contradictory": ratio >= ahp.MAX_RATIO,
                    "advice": wizard._advice(),
                },
            )

    # Not computed on the pairs: an onchange takes what follows from its own lines for known.
    @api.onchange("pair_ids")
    def _onchange_pair_ids(self):
        suspect, _step = self._contradiction()
        for pair in self.pair_ids:
            pair.suspect = pair == suspect

    def _percent(self, share):
        return percent(self.env, formatLang(self.env, share, digits=2))

    @api.model
    def _comparable(self, program):
        """The indicators that are compared, in the order of the programme."""
        return program.indicator_ids.filtered(lambda indicator: indicator.weight > 0).sorted()

    def _comparisons(self):
        """The compared indicators and the matrix of how many times as important one is as
        another."""
        from odoo.addons.customer_tiering.grading import ahp

        self.ensure_one()
        indicators = self._comparable(self.program_id)
        ratios = {(pair.left_id, pair.right_id): ahp.ratio(pair.value) for pair in self.pair_ids}
        pairs = list(combinations(indicators, 2))
        if ratios.keys() != set(pairs):
            raise UserError(
                self.env._(
                    "The indicators of programme “%s” have changed meanwhile. Discard this "
                    "comparison and start it again from the programme.",
                    self.program_id.name,
                )
            )
        return indicators, ahp.matrix(len(indicators), [ratios[pair] for pair in pairs])

    def _contradiction(self):
        """The pair to think over and the slider value that would fit; none while the comparisons
        are consistent enough."""
        from odoo.addons.customer_tiering.grading import ahp

        indicators, comparisons = self._comparisons()
        _weights, ratio = ahp.weigh(comparisons)
        found = ratio >= ahp.MAX_RATIO and ahp.contradiction(comparisons)
        if not found:
            return self.pair_ids.browse(), 0
        names = (indicators[found.first], indicators[found.second])
        pair = self.pair_ids.filtered(lambda pair: (pair.left_id, pair.right_id) == names)
        return pair, found.step

    def _advice(self):
        """What to change first, in words."""
        pair, step = self._contradiction()
        if not pair:
            return ""
        left, right = pair.left_id.display_name, pair.right_id.display_name
        if not step:
            return self.env._(
                "“%(left)s” against “%(right)s” fits the others least. They suggest that both "
                "are equally important.",
                left=left,
                right=right,
            )
        return self.env._(
            "“%(left)s” against “%(right)s” fits the others least. They suggest that “%(winner)s” "
            "is %(times)s times as important.",
            left=left,
            right=right,
            winner=right if step > 0 else left,
            times=readable(self.env, abs(step) + 1),
        )

    @api.model
    @api.private
    def _open(self, program):
        """Begin from the weights that the indicators have."""
        from odoo.addons.customer_tiering.grading import ahp

        program.check_access("write")
        indicators = self._comparable(program)
        if len(indicators) < 2:
            raise UserError(
                self.env._(
                    "Programme “%s” has fewer than two indicators with a weight, so there is "
                    "nothing to compare. Add indicators, or give those that count a weight "
                    "above 0.",
                    program.name,
                )
            )
        if len(indicators) > ahp.MAX_SIZE:
            raise UserError(
                self.env._(
                    "Programme “%(program)s” has %(count)s indicators with a weight; at most "
                    "%(most)s can be compared in pairs. Type the weights by hand, or leave some "
                    "out by giving them the weight 0.",
                    program=program.name,
                    count=len(indicators),
                    most=ahp.MAX_SIZE,
                )
            )
        pairs = combinations(indicators, 2)
        steps = ahp.steps_of(indicators.mapped("weight"))
        wizard = self.create(
            {
                "program_id": program.id,
                "pair_ids": [
                    Command.create({"left_id": left.id, "right_id": right.id, "value": step})
                    for (left, right), step in zip(pairs, steps, strict=True)
                ],
            }
        )
        wizard._onchange_pair_ids()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Weigh by Comparing Pairs"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_use_weights(self):
        """Write the weights, in percent, to the programme's indicators."""
        from odoo.addons.customer_tiering.grading import ahp

        self.ensure_one()
        indicators, comparisons = self._comparisons()
        shares = ahp.percentages(ahp.weigh(comparisons)[0])
        self.program_id.indicator_ids = [
            Command.update(indicator.id, {"weight": share})
            for indicator, share in zip(indicators, shares, strict=True)
        ]
        return {"type": "ir.actions.act_window_close"}
