from odoo import api, fields, models


class CustomerTierServiceMember(models.Model):
    """Somebody of the people among whom a rule gives out its customers."""

    _name = "customer.tier.service.member"
    _description = "Person of a Pool"
    _order = "service_id, sequence, id"
    _rec_name = "user_id"

    service_id = fields.Many2one(
        "customer.tier.service", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="service_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    weight = fields.Float(
        default=1.0,
        help="Of two people, who has twice the weight gets twice as many customers: 0.5 for "
        "somebody who works half of the week.",
    )
    capacity = fields.Integer(
        string="At Most",
        help="How many customers the person looks after at most, own ones included. 0: any number.",
    )

    _person_once = models.Constraint(
        "UNIQUE (service_id, user_id)",
        "A person can be in a pool only once. Remove one of the two.",
    )
    _weight_positive = models.Constraint(
        "CHECK (weight > 0 AND weight <= 1000)",
        "The weight of a person must be above 0 and at most 1,000. Enter 1 for an ordinary share.",
    )
    _capacity_not_negative = models.Constraint(
        "CHECK (capacity >= 0)",
        "A person cannot look after fewer than 0 customers. Enter 0 for any number.",
    )

    @api.constrains("user_id", "service_id")
    def _check_people(self):
        for member in self:
            self.env["customer.tier.care"]._check_users(member.user_id, member.company_id)
