from odoo import models
from odoo.tools import SQL


class CustomerTierPipeline(models.AbstractModel):
    _inherit = "customer.tier.pipeline"

    def _grade(self, company, as_of, scope, store=True, run_id=None, **options):
        Event = self.env["customer.tier.event"]
        event = Event._last_id()
        tally = super()._grade(company, as_of, scope, store=store, run_id=run_id, **options)
        if store and not run_id and Event._last_id() > event:
            Event._settle(company, SQL("id > %s", event))
        return tally

    def _grade_scope(self, scope, *, company, store, **arguments):
        saver = self.env["customer.tier.store"]
        change = saver._last_change()
        tally = super()._grade_scope(scope, company=company, store=store, **arguments)
        if store and saver._last_change() > change:
            saver._enqueue(company, change)
        return tally


class CustomerTierChange(models.Model):
    _inherit = "customer.tier.change"

    def _record(self, standing, *args, **kwargs):
        change = super()._record(standing, *args, **kwargs)
        self.env.flush_all()
        self.env["customer.tier.store"]._enqueue(standing.sudo().company_id, change.id - 1)
        return change


class CustomerTierStanding(models.Model):
    _inherit = "customer.tier.standing"

    def _apply_override(self, before):
        Event = self.env["customer.tier.event"]
        event = Event._last_id()
        result = super()._apply_override(before)
        for company in self.company_id:
            Event._settle(company, SQL("id > %s", event))
        return result
