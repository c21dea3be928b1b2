from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..bulk_fields import KnownFloat
from ..explain.credit import RISKS
from ..tools import readable_customers, works_in
from .customer_tier_staged import STAGES

# Field of the mixin: column of the standing behind it.
COLUMNS = {
    "customer_tier_id": "tier_id",
    "customer_score": "score",
    "customer_segment_id": "segment_id",
    "customer_next_order_date": "next_order_date",
    "customer_next_order_late": "next_order_late",
    "customer_credit_score": "credit_score",
    "customer_credit_band": "credit_band",
    "customer_lifecycle_stage": "lifecycle_stage",
}
SALESPEOPLE = "sales_team.group_sale_salesman"


class CustomerTierMixin(models.AbstractModel):
    """Fields for models with a customer: tier, score, stage and credit score of the commercial
    partner behind a record, in one company.

    Nothing is stored on the record: the fields follow the standing of the commercial partner in
    one company, and a join makes them searchable, sortable and groupable like columns.
    """

    _name = "customer.tier.mixin"
    _inherit = "customer.tier.staged"
    _description = "Customer Grading Fields"

    customer_tier_id = fields.Many2one(
        "customer.tier",
        compute="_compute_customer_standing",
        search="_search_customer_tier_id",
        groups=SALESPEOPLE,
    )
    customer_tier_color = fields.Integer(
        compute="_compute_customer_standing", groups=SALESPEOPLE, export_string_translation=False
    )
    customer_score = KnownFloat(
        compute="_compute_customer_standing",
        search="_search_customer_score",
        aggregator="avg",
        groups=SALESPEOPLE,
    )
    customer_segment_id = fields.Many2one(
        "customer.tier.segment",
        string="RFM Segment",
        compute="_compute_customer_standing",
        search="_search_customer_segment_id",
        groups=SALESPEOPLE,
    )
    customer_next_order_date = fields.Date(
        string="Next Order Expected",
        compute="_compute_customer_standing",
        search="_search_customer_next_order_date",
        groups=SALESPEOPLE,
    )
    customer_next_order_late = fields.Date(
        string="Late From",
        compute="_compute_customer_standing",
        search="_search_customer_next_order_late",
        groups=SALESPEOPLE,
    )

    customer_credit_score = KnownFloat(
        string="Credit Score",
        compute="_compute_customer_standing",
        search="_search_customer_credit_score",
        aggregator="avg",
        groups=SALESPEOPLE,
    )
    customer_credit_band = fields.Selection(
        selection=RISKS,
        string="Credit Risk",
        compute="_compute_customer_standing",
        search="_search_customer_credit_band",
        groups=SALESPEOPLE,
    )

    customer_lifecycle_stage = fields.Selection(
        STAGES,
        string="Lifecycle Stage",
        compute="_compute_customer_standing",
        search="_search_customer_lifecycle_stage",
        groups=SALESPEOPLE,
    )

    def _customer_stage_fields(self):
        return {"customer_lifecycle_stage"}

    def _customer_standing_keys(self):
        """The commercial partner and the company whose standing counts, per record."""
        raise NotImplementedError

    def _customer_standing_key_sql(self, alias, query):
        """The same as SQL: ids of the commercial partner and of the company."""
        raise NotImplementedError

    def _customer_standings(self):
        """Standing per record, in one query for all; an empty one where there is none, or where
        the reader does not work in the company or may not read the customer: neither company nor
        customer need be saved on a record.

        Prices do not depend on who may know: they are asked with all rights.
        """
        # The fields say who reads them, and cashiers read less than standings.
        Standing = self.env["customer.tier.standing"].sudo()
        keys = {record: record._customer_standing_keys() for record in self}
        companies = self.env["res.company"].union(*(company for _, company in keys.values()))
        customers = self.env["res.partner"].union(*(partner for partner, _ in keys.values()))
        found = {
            (standing.partner_id.id, standing.company_id.id): standing
            for standing in Standing.search_fetch(
                [
                    ("partner_id", "in", self._customer_readable(customers)),
                    ("company_id", "in", works_in(self.env, companies).ids),
                ],
                self._customer_standing_fields(),
            )
        }
        return {
            record: found.get((partner.id, company.id), Standing)
            for record, (partner, company) in keys.items()
        }

    @api.model
    def _customer_readable(self, customers):
        """The ids of those of some customers that the reader may read, for a search."""
        if self.env.su or not customers:
            return customers.ids
        Partner = self.env["res.partner"].with_context(active_test=False)
        # A part of the query for standings instead of a query of its own.
        return Partner._search([("id", "in", customers.ids)])

    def _customer_standing_fields(self):
        """Columns of the standing that are read at once, for all records. Hook: addons that show
        more of it add theirs."""
        return ["partner_id", "company_id", *COLUMNS.values()]

    def _compute_customer_standing(self):
        for record, standing in self._customer_standings().items():
            record._set_customer_standing(standing)

    def _set_customer_standing(self, standing):
        """Set the fields that every screen shows. Hook: addons with a field that follows from
        these have it computed here, by ``_compute_customer_standing``.

        :param standing: ``customer.tier.standing``, empty where there is none
        """
        for name, column in COLUMNS.items():
            self[name] = standing[column]
        self.customer_tier_color = standing.tier_id and standing.tier_id._badge().color

    def _field_to_sql(self, alias, field_expr, query=None):
        column = COLUMNS.get(field_expr)
        if not column or query is None or not self._fields[field_expr].compute:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        partner, company = self._customer_standing_key_sql(alias, query)
        standing = query.make_alias(alias, "customer_tier_standing")
        condition = SQL(
            "%s = %s AND %s = %s",
            SQL.identifier(standing, "partner_id"),
            partner,
            SQL.identifier(standing, "company_id"),
            company,
        )
        # What no record tells, nobody finds out by searching, sorting or counting.
        if known := readable_customers(self.env):
            condition = SQL("%s AND %s IN %s", condition, partner, known.subselect())
        query.add_join("LEFT JOIN", standing, "customer_tier_standing", condition)
        return SQL.identifier(standing, column)

    def _search_customer_standing(self, name, operator, value):
        """Compare the joined column; also finds records without a standing where "not set" is
        asked for."""
        field = self._fields[name]

        def to_sql(model, alias, query):
            return field.condition_to_sql(name, operator, value, model, alias, query)

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_customer_tier_id(self, operator, value):
        return self._search_customer_standing("customer_tier_id", operator, value)

    @api.model
    def _search_customer_score(self, operator, value):
        return self._search_customer_standing("customer_score", operator, value)

    @api.model
    def _search_customer_segment_id(self, operator, value):
        return self._search_customer_standing("customer_segment_id", operator, value)

    @api.model
    def _search_customer_next_order_date(self, operator, value):
        return self._search_customer_standing("customer_next_order_date", operator, value)

    def _search_customer_next_order_late(self, operator, value):
        return self._search_customer_standing("customer_next_order_late", operator, value)

    @api.model
    def _search_customer_credit_score(self, operator, value):
        return self._search_customer_standing("customer_credit_score", operator, value)

    @api.model
    def _search_customer_credit_band(self, operator, value):
        return self._search_customer_standing("customer_credit_band", operator, value)

    @api.model
    def _search_customer_lifecycle_stage(self, operator, value):
        return self._search_customer_standing("customer_lifecycle_stage", operator, value)
