from odoo import api, models
from odoo.exceptions import UserError

# Of fields where no tier means all of them: without its archived tiers, what is for these alone
# would be for everybody.
NAMED = {"active_test": False}
OFFERED = "[('active', '=', True)]"


class CustomerTier(models.Model):
    """What is made for a tier alone does not become everybody's when the tier is deleted."""

    _inherit = "customer.tier"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_named(self):
        self._check_not_named()

    def _naming_records(self, going):
        """Hook for siblings: records with ``tier_ids`` that would be for everybody without these.

        :param going: ids of programmes that are deleted, with what is theirs
        :return: list of (model, domain)
        """
        return [("customer.reminder.rule", [("tier_ids", "in", self.ids)])]

    def _check_not_named(self, going=()):
        """
        :param going: ids of programmes that are deleted, with what is theirs
        :raise UserError: where a record names one of these tiers, see :meth:`_naming_records`
        """
        for model, domain in self._naming_records(going):
            # Rules of other companies, and archived ones, are no less somebody's.
            everything = self.env[model].sudo().with_context(active_test=False)
            if named := everything.search(domain, limit=1):
                raise UserError(
                    self.env._(
                        "Tier “%(tier)s” is named by “%(name)s” (%(kind)s). Take it out there "
                        "first, or archive the tier.",
                        tier=(named.tier_ids & self)[0].name,
                        name=named.display_name,
                        kind=self.env["ir.model"]._get(model).name,
                    )
                )


class CustomerTierProgram(models.Model):
    _inherit = "customer.tier.program"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_named(self):
        """The database drops the tiers, and asks nobody."""
        self.with_context(active_test=False).tier_ids._check_not_named(going=self.ids)
