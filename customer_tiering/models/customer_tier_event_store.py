from odoo import models
from odoo.tools import SQL

from ..switches import QUIET
from .customer_tier_store import STAGE

# Changes ``c`` that are news: not those of merged records, which nobody made happen.
TOLD = SQL("c.direction <> 'stay' AND c.reason NOT IN ('merge', 'lock')")


class CustomerTierStore(models.AbstractModel):
    """What is to be told is queued with the change itself, in one statement for all customers.

    A company that was never graded completely queues nothing: everybody would hear of a tier that
    they have had all along.
    """

    _inherit = "customer.tier.store"

    def _stage_columns(self, frame, policy):
        from ..grading.movement import decision_day

        columns, values, numbers = super()._stage_columns(frame, policy)
        for name, type_ in (("notice", "int4"), ("expired", "int4"), ("decision", "float8")):
            columns[name] = type_
        values["notice"] = frame["notice"].to_numpy()
        values["expired"] = frame["expired"].to_numpy()
        values["decision"] = decision_day(policy.movement, frame["noticed"], frame["entered"])
        return columns, values, numbers

    def _save(self, company, frame, as_of, policy, run_id):
        written = super()._save(company, frame, as_of, policy, run_id)
        if frame["notice"].any() and self._tells(company):
            self._enqueue_notices(company, as_of, run_id)
        return written

    def _tells(self, company):
        return bool(company.customer_tier_graded_on) and not QUIET.is_on(self.env)

    def _last_change(self):
        """Id of the last change; others do not show before this transaction ends."""
        self.env.cr.execute("SELECT COALESCE(MAX(id), 0) FROM customer_tier_change")
        return self.env.cr.fetchone()[0]

    def _enqueue(self, company, after):
        """Queue the changes of a company that were made after one (an id)."""
        if self._tells(company):
            self.env.cr.execute(
                SQL(
                    """
                    %s
                      FROM customer_tier_change c
                      JOIN customer_tier_standing s ON s.id = c.standing_id
                      JOIN customer_tier t ON t.id = COALESCE(c.to_tier_id, c.from_tier_id)
                     WHERE c.id > %s AND s.company_id = %s AND %s
                        ON CONFLICT DO NOTHING
                    """,
                    self._event_insert(),
                    after,
                    company.id,
                    TOLD,
                )
            )

    def _enqueue_untold(self, run):
        """Queue what a run changed and nobody was told of.

        :return: how much that is
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL("%s %s ON CONFLICT DO NOTHING", self._event_insert(), run._untold_from())
        )
        return self.env.cr.rowcount

    def _event_insert(self):
        """Changes ``c`` of standings ``s`` as events, ``t`` being the tier reached or left."""
        return SQL(
            """
            INSERT INTO customer_tier_event (
                standing_id, company_id, program_id, kind, change_id, run_id, from_tier_id,
                to_tier_id, date, state)
            SELECT c.standing_id, s.company_id, t.program_id, c.direction, c.id, c.run_id,
                   c.from_tier_id, c.to_tier_id, c.date, 'new'
            """
        )

    def _enqueue_notices(self, company, as_of, run_id):
        """Queue the notices that are due; of a tier set by hand there is nothing to lose."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_event (
                    standing_id, company_id, program_id, kind, run_id, from_tier_id, to_tier_id,
                    date, decision_date, state)
                SELECT t.id, t.company_id, t.program_id, 'notice', %(run)s, t.computed_tier_id,
                       t.target_tier_id, %(as_of)s,
                       date '1970-01-01' + NULLIF(s.decision, 'NaN')::int, 'new'
                  FROM %(stage)s s
                  JOIN customer_tier_standing t
                    ON t.partner_id = s.partner AND t.company_id = %(company)s
                 WHERE s.notice = 1 AND (t.manual_tier_id IS NULL OR s.expired = 1)
                """,
                stage=SQL.identifier(STAGE),
                company=company.id,
                as_of=as_of,
                run=run_id,
            )
        )

    def _apply_proposals(self, proposals):
        companies = proposals.company_id
        change, event = self._last_change(), self.env["customer.tier.event"]._last_id()
        result = super()._apply_proposals(proposals)
        for company in companies:
            self._enqueue(company, change)
            self.env["customer.tier.event"]._settle(company, SQL("id > %s", event))
        return result


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
