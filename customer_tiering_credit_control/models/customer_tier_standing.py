from math import inf

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..credit_position import APPROVERS, limit_text

PROPOSALS = """
    SELECT s.id, rule.id AS rule_id, proposed.credit_limit AS proposed_limit,
           rule.payment_term_id AS proposed_term, present.credit_limit AS present_limit,
           present.term AS present_term,
           rule.id IS NOT NULL AND (
               ABS(proposed.credit_limit - present.credit_limit) >= currency.rounding / 2
               OR rule.payment_term_id <> COALESCE(present.term, 0)
               AND rule.payment_term_id IS NOT NULL
           ) AS differs
      FROM customer_tier_standing s
      JOIN res_partner partner ON partner.id = s.partner_id
      JOIN res_company company ON company.id = s.company_id
      JOIN res_currency currency ON currency.id = company.currency_id
      LEFT JOIN LATERAL (
           SELECT r.* FROM customer_credit_rule r
            WHERE r.program_id = s.program_id
              AND (r.tier_id IS NULL OR r.tier_id = s.tier_id)
              AND (r.credit_band IS NULL
                   OR r.credit_band = COALESCE(s.credit_band, 'unknown'))
            ORDER BY r.sequence, r.id LIMIT 1
      ) rule ON TRUE
      CROSS JOIN LATERAL (
           SELECT GREATEST(COALESCE(s.amount, 0), 0) / NULLIF(%(months)s, 0)
                  * rule.months::numeric AS bought
      ) purchases
      CROSS JOIN LATERAL (
           SELECT (%(limit)s)::numeric AS credit_limit, %(term)s AS term
      ) present
      CROSS JOIN LATERAL (
           SELECT CASE rule.limit_kind
                  WHEN 'amount' THEN rule.amount
                  -- Of all that was ever bought, no average month is known.
                  WHEN 'months' THEN CASE WHEN bought IS NULL THEN present.credit_limit
                      ELSE GREATEST(
                      currency.rounding,
                      CASE WHEN rule.rounding > 0
                           THEN CEIL(ROUND(bought, 6) / rule.rounding) * rule.rounding
                           ELSE ROUND(bought / currency.rounding) * currency.rounding
                      END) END
                  WHEN 'none' THEN currency.rounding
                  WHEN 'unlimited' THEN 0
                  END AS credit_limit
      ) proposed
     WHERE %(where)s
"""


class CustomerTierStanding(models.Model):
    """What the credit table proposes for a customer, beside what the customer has."""

    _inherit = "customer.tier.standing"

    credit_rule_id = fields.Many2one("customer.credit.rule", compute="_compute_credit_proposal")
    credit_limit = fields.Monetary(
        compute="_compute_credit_proposal",
        help="Of the contact, else the company's; 0 stands for no limit.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term", compute="_compute_credit_proposal", string="Payment Terms"
    )
    proposed_credit_limit = fields.Monetary(
        compute="_compute_credit_proposal",
        help="By the first line of the programme's credit table that fits; 0 stands for no limit.",
    )
    proposed_payment_term_id = fields.Many2one(
        "account.payment.term",
        compute="_compute_credit_proposal",
        string="Proposed Payment Terms",
    )
    credit_limit_text = fields.Char(
        string="Present Credit Limit", compute="_compute_credit_proposal", exportable=False
    )
    proposed_credit_limit_text = fields.Char(
        string="Credit Limit by Rule", compute="_compute_credit_proposal", exportable=False
    )
    credit_differs = fields.Boolean(
        string="Credit Differs From Proposal",
        compute="_compute_credit_proposal",
        search="_search_credit_differs",
    )
    credit_direction = fields.Selection(
        selection=[("up", "Up"), ("down", "Down"), ("term", "Payment terms only")],
        compute="_compute_credit_proposal",
    )

    @api.depends("partner_id", "company_id", "program_id", "tier_id", "credit_band", "amount")
    @api.depends_context("lang")
    def _compute_credit_proposal(self):
        found = {}
        if self.ids:
            query = self._credit_proposals_query(self.company_id, SQL("s.id = ANY(%s)", self.ids))
            found = {row[0]: row[1:] for row in self.env.execute_query(query)}
        Rule, Term = self.env["customer.credit.rule"], self.env["account.payment.term"]
        for standing in self:
            row = found.get(standing._origin.id, (None, None, None, None, None, False))
            rule_id, proposed, proposed_term, present, term, differs = row
            rule = Rule.browse(rule_id)
            standing.credit_rule_id = rule
            standing.credit_limit = present
            standing.payment_term_id = Term.browse(term)
            standing.proposed_credit_limit = proposed
            standing.proposed_payment_term_id = Term.browse(proposed_term)
            standing.credit_differs = differs
            currency = standing.currency_id
            standing.credit_limit_text = limit_text(self.env, present, currency)
            standing.proposed_credit_limit_text = (
                limit_text(self.env, proposed, currency) if rule else False
            )
            standing.credit_direction = differs and standing._credit_direction()

    def _credit_direction(self):
        present, proposed = self.credit_limit or inf, self.proposed_credit_limit or inf
        if inf not in (present, proposed):
            present, proposed = self.currency_id.round(present), self.currency_id.round(proposed)
        if present == proposed:
            return "term"
        return "up" if proposed > present else "down"

    @api.model
    def _search_credit_differs(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        groups = self.env["customer.credit.rule"].sudo()._read_group([], ["company_id"])
        companies = self.env["res.company"].union(*(company for (company,) in groups))
        if not companies:
            return Domain.FALSE

        def to_sql(model, alias, query):
            proposals = self._credit_proposals_query(companies, SQL("TRUE"))
            return SQL(
                "%s IN (SELECT id FROM (%s) proposal WHERE differs)",
                SQL.identifier(alias, "id"),
                proposals,
            )

        return Domain.custom(to_sql=to_sql)

    def _credit_proposals_query(self, companies, where):
        """What is proposed to customers, and what they have.

        ``limit = amount``, or ``amount bought / its months × months`` rounded up, at least one
        cent: the core reads 0 as no limit. Money in company currency.

        :param companies: of the standings that the condition selects
        :param where: condition on the standing ``s``
        :return: SQL of ``id, rule, proposed limit, proposed term, present limit, present term,
            differs``; no rule where no line of the table fits
        """
        self.env["customer.tier.standing"].flush_model()
        self.env["customer.credit.rule"].flush_model()
        metrics = self.env["customer.tier.metric"].sudo()
        amount = metrics.browse(metrics._stored_ids()).filtered(lambda m: m.code == "amount")
        return SQL(
            PROPOSALS,
            # An administrator may have it look at another span than a year.
            months=amount.window_months,
            limit=self._of_company(companies, "credit_limit"),
            term=self._of_company(companies, "property_payment_term_id"),
            where=where,
        )

    def _of_company(self, companies, name):
        """SQL of a contact's field in the company of its standing."""
        # Salespeople may not read some of them; who sees a proposal sees what it replaces.
        Partner = self.env["res.partner"].sudo()
        cases = [
            SQL(
                "WHEN %s THEN %s",
                company.id,
                Partner.with_company(company)._field_to_sql("partner", name),
            )
            for company in companies
        ]
        return SQL("CASE s.company_id %s END", SQL(" ").join(cases))

    # Taking over what is proposed

    def action_apply_credit(self):
        """Show what would change before it does."""
        self._check_credit_right()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Apply Credit Proposals"),
            "res_model": "customer.credit.apply",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_standing_ids": self.ids},
        }

    def _check_credit_right(self):
        if not self.env.user.has_group(APPROVERS):
            raise AccessError(
                self.env._("Only credit approvers change credit limits and payment terms.")
            )
        self.check_access("read")

    def _apply_credit_proposals(self, reason):
        """Give these customers what is proposed, and record it.

        :return: the records of the history, one per customer that changed
        """
        self._check_credit_right()
        if not reason:
            raise UserError(self.env._("Say why, so that colleagues know later."))
        # Credit approvers need not have any right on accounting; that they may do this was asked.
        standings = self.sudo().filtered("credit_differs")
        changes = self.env["customer.credit.change"]._record(standings, reason)
        for (company, limit, term), group in standings.grouped(
            lambda s: (
                s.company_id,
                s.proposed_credit_limit if s.credit_direction != "term" else None,
                s.proposed_payment_term_id,
            )
        ).items():
            vals = {} if limit is None else {"credit_limit": limit}
            if term:
                vals["property_payment_term_id"] = term.id
            group.partner_id.with_company(company).write(vals)
        self.env.invalidate_all()
        return changes
