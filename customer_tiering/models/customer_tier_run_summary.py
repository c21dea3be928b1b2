from odoo import models

from .customer_tier_metric import readable


class CustomerTierRun(models.Model):
    _inherit = "customer.tier.run"

    def _summary(self):
        """What these came to, as one line of text."""
        counts = {
            name: sum(self.mapped(name))
            for name in ("customer_count", "first_count", "up_count", "down_count", "stage_count")
        }
        n = {name: readable(self.env, number) for name, number in counts.items()}
        parts = [self.env._("Customers graded: %s", n["customer_count"])]
        if counts["first_count"]:
            parts.append(self.env._("for the first time: %s", n["first_count"]))
        if counts["up_count"]:
            parts.append(self.env._("promoted: %s", n["up_count"]))
        if counts["down_count"]:
            parts.append(self.env._("demoted: %s", n["down_count"]))
        if asked := sum(self.mapped("asked_up_count")) + sum(self.mapped("asked_down_count")):
            parts.append(self.env._("waiting for approval: %s", readable(self.env, asked)))
        if switched := sum(run._switch_count() for run in self):
            number = readable(self.env, switched)
            parts.append(self.env._("in a tier of another programme: %s", number))
        if counts["stage_count"]:
            parts.append(self.env._("in another stage: %s", n["stage_count"]))
        if len(parts) == 1 and not self.error_ids:
            parts.append(self.env._("all in the same tiers and stages as before"))
        if self.error_ids:
            parts.append(self.env._("problems: %s", readable(self.env, len(self.error_ids))))
        return " · ".join(parts)

    def _switch_count(self):
        """How many customers came from a tier of one programme into one of another, which is
        neither up nor down."""
        moved = sum(
            number
            for before, row in (self.matrix or {}).items()
            for after, number in row.items()
            if before not in ("0", after)
        )
        return moved - self.up_count - self.down_count

    def _notification(self, then):
        """Client action that tells what these came to, with a link to each, and goes on.

        :param then: the action that follows
        """
        failed = bool(self.error_ids)
        links = [
            {
                "label": run.display_name,
                "url": f"/odoo/action-customer_tiering.customer_tier_run_action/{run.id}",
            }
            for run in self
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "sticky": failed,
                "title": self._summary(),
                # A place for each link.
                "message": ", ".join("%s" for _link in links),
                "links": links,
                "next": then,
            },
        }
