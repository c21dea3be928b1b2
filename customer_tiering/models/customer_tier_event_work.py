import logging

from markupsafe import Markup
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# A second's work: a killed job loses no more, and nobody waits longer for what it has locked.
SLICE_SIZE = 25
# Events of runs that go on wait: only at the end it shows whether there are too many.
DUE = SQL(
    "FROM customer_tier_event e LEFT JOIN customer_tier_run r ON r.id = e.run_id "
    "WHERE e.state = 'new' AND r.state IS DISTINCT FROM 'running'"
)


class CustomerTierEvent(models.Model):
    """Working off the queue: what is no longer true is dropped, the rest is told, slice by slice;
    the state of an event and what was done about it are committed together."""

    _inherit = "customer.tier.event"

    @api.model
    def _wake(self):
        """Let the job begin as soon as this transaction is committed."""
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id("customer_tiering.ir_cron_tell")
        if cron_id:
            self.env["ir.cron"].sudo().browse(cron_id)._trigger()

    @api.model
    def _cron_tell(self):
        """Work off the queue, as far as the time goes."""
        Cron = self.env["ir.cron"]
        remaining = self._count_due()
        time_left = Cron._commit_progress(remaining=remaining)
        while remaining and time_left:
            done = self._tell_slice()
            # Without any, somebody is deciding about the rest at this moment.
            remaining = self._count_due() if done else 0
            time_left = Cron._commit_progress(done, remaining=remaining)

    @api.model
    def _count_due(self):
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT COUNT(*) %s", DUE))
        return self.env.cr.fetchone()[0]

    @api.model
    def _tell_slice(self):
        """Work off the oldest events.

        :return: how many
        """
        self.env.cr.execute(
            SQL(
                "SELECT e.id %s ORDER BY e.id LIMIT %s FOR UPDATE OF e SKIP LOCKED", DUE, SLICE_SIZE
            )
        )
        events = self.browse([id_ for (id_,) in self.env.cr.fetchall()])
        if events:
            events._sort_out()
            events.filtered(lambda event: event.state == "new")._tell()
        return len(events)

    # What is still true

    def _sort_out(self):
        """Drop what is no longer true about the customers of these events, and whatever a later
        event of the same customer says better; that one then tells of the whole way from the
        tier that was told last. Who went up and down again hears nothing."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH pending AS (
                    SELECT e.id, e.standing_id, e.kind, e.to_tier_id, e.to_stage,
                           FIRST_VALUE(e.from_stage) OVER w AS told_stage,
                           CASE WHEN e.kind = 'notice' THEN e.from_tier_id
                                ELSE FIRST_VALUE(e.from_tier_id) OVER w END AS told_id,
                           LEAD(e.id) OVER w AS later_id
                      FROM customer_tier_event e
                     WHERE e.state IN ('new', 'held')
                       AND e.standing_id IN (
                           SELECT standing_id FROM customer_tier_event WHERE id = ANY(%(ids)s))
                    WINDOW w AS (
                        PARTITION BY e.standing_id,
                            CASE WHEN e.kind IN ('notice', 'stage') THEN e.kind END
                        ORDER BY e.id)
                ), judged AS (
                    SELECT q.id, q.told_id, q.told_stage, (%(holds)s) AS holds, (%(kind)s) AS kind
                      FROM pending q
                      JOIN customer_tier_standing s ON s.id = q.standing_id
                      JOIN res_partner p ON p.id = s.partner_id
                 LEFT JOIN customer_tier o ON o.id = q.told_id
                 LEFT JOIN customer_tier n ON n.id = q.to_tier_id)
                UPDATE customer_tier_event e
                   SET state = CASE WHEN j.holds THEN e.state ELSE 'overtaken' END,
                       done_on = CASE WHEN j.holds THEN e.done_on ELSE %(now)s END,
                       from_tier_id = CASE WHEN j.holds THEN j.told_id ELSE e.from_tier_id END,
                       from_stage = CASE WHEN j.holds THEN j.told_stage ELSE e.from_stage END,
                       kind = CASE WHEN j.holds THEN j.kind ELSE e.kind END
                  FROM judged j
                 WHERE j.id = e.id
                   AND (NOT j.holds OR j.told_id IS DISTINCT FROM e.from_tier_id
                        OR j.told_stage IS DISTINCT FROM e.from_stage)
                """,
                ids=self.ids,
                holds=self._holds_sql(),
                kind=self._kind_sql(),
                now=fields.Datetime.now(),
            )
        )
        self.env.invalidate_all(flush=False)

    @api.model
    def _holds_sql(self):
        """Whether event ``q`` is still worth telling about standing ``s`` of partner ``p``."""
        return SQL(
            """q.later_id IS NULL AND p.active AND CASE WHEN q.kind = 'notice'
                THEN s.noticed_on IS NOT NULL AND s.tier_id IS NOT DISTINCT FROM q.told_id
                     AND s.manual_tier_id IS NULL AND COALESCE(s.lock, 'up') = 'up'
                ELSE s.tier_id IS NOT DISTINCT FROM q.to_tier_id
                     AND q.told_id IS DISTINCT FROM q.to_tier_id END"""
        )

    @api.model
    def _kind_sql(self):
        """The kind of event ``q`` seen from the tier ``o`` that was told, to tier ``n``."""
        return SQL(
            """CASE WHEN q.kind = 'notice' THEN 'notice'
                    WHEN n.id IS NULL THEN 'out'
                    WHEN o.id IS NULL THEN 'first'
                    WHEN o.program_id <> n.program_id THEN 'switch'
                    WHEN (n.sequence, n.id) > (o.sequence, o.id) THEN 'up'
                    ELSE 'down' END"""
        )

    # Telling

    def _tell(self):
        """Tell these; where something breaks, everything but that."""
        try:
            with self.env.cr.savepoint():
                return self._carry_out()
        except TransactionRollbackError:
            raise
        except Exception:
            _logger.exception("Tier changes could not be told together; telling them one by one")
        for event in self:
            try:
                with self.env.cr.savepoint():
                    event._carry_out()
            except TransactionRollbackError:
                raise
            except Exception as error:
                message = str(error) or type(error).__name__
                event.write({"state": "failed", "error": message, "done_on": fields.Datetime.now()})

    def _carry_out(self):
        if not self:
            return
        self._after_tier_change()
        effects = {
            event: event.program_id.event_rule_ids._effects(event.kind, event._matched_tier())
            for event in self
        }
        for company, events in self.grouped("company_id").items():
            events = events.with_company(company)
            users = self.env["customer.tier.responsible"]._of(events.standing_id, company)
            users = {event: users[event.standing_id] for event in events}
            events._do_activities(effects, users)
            events._do_mails(effects)
            events._do_notes(effects, users)
        # Through the ORM and last of all, so that automations on “Done” find everything.
        self.write({"state": "done", "done_on": fields.Datetime.now(), "error": False})

    def _after_tier_change(self):
        """Hook for other addons: these customers have changed tier, or are given notice.

        Called once per slice of the queue, before anything is done by the rules on the programme;
        never for what is no longer true, and never twice for an event that went through. What it
        does is committed with the events or, when it fails, taken back: then it is called again
        for each event alone, and those that fail are kept as failed with the message. It runs as
        the superuser, in no particular company.
        """

    def _do_notes(self, effects, users):
        """A note on each contact, in the language of who looks after it."""
        subtype = self.env.ref("customer_tiering.mt_tier_change")
        for event in self.filtered(lambda event: "note" in effects[event]):
            lang = users[event].lang or event.company_id.partner_id.lang
            said = event.with_context(lang=lang)
            body = Markup("<p><strong>%s</strong></p>%s") % (said.headline, said._details())
            # Mails to followers wait in the queue: sent at once, they could not be taken back.
            partner = event.partner_id.with_context(mail_notify_force_send=False, lang=lang)
            event.note_id = partner.message_post(body=body, subtype_id=subtype.id)

    def _do_activities(self, effects, users):
        todo = self.filtered(lambda event: "activity" in effects[event])
        # One e-mail per activity would be a flood; the list of activities is what counts.
        Activity = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities = Activity.create(
            [event._activity_vals(effects[event]["activity"], users[event]) for event in todo]
        )
        for event, activity in zip(todo, activities, strict=True):
            event.activity_id = activity

    def _activity_vals(self, rule, user):
        said = self.with_context(lang=user.lang or self.env.lang)
        today = self.env["customer.tier.gather"]._today(self.company_id)
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.partner_id.id,
            "activity_type_id": rule.activity_type_id.id,
            "summary": said.headline,
            "note": said._details(),
            "date_deadline": fields.Date.add(today, days=rule.activity_days),
            "user_id": user.id,
            "automated": True,
        }

    def _do_mails(self, effects):
        asked = self.filtered(lambda event: "mail" in effects[event])
        by_template = asked.grouped(lambda event: effects[event]["mail"].mail_template_id)
        for template, events in by_template.items():
            for event in events:
                event.mail_result = event._mail_result(template)
            events.filtered(lambda event: event.mail_result == "sent")._write_mails(template)

    def _mail_result(self, template):
        """Whether a customer is written to, or why not."""
        self.ensure_one()
        if not template.active:
            return "archived"
        if not self.partner_id.email_normalized:
            return "no_address"
        return "blacklisted" if self.partner_id.is_blacklisted else "sent"

    def _write_mails(self, template):
        if not self:
            return
        mails = template.with_company(self.company_id).send_mail_batch(self.ids)
        for event, mail in zip(self, mails, strict=True):
            # On the contact colleagues see it, and answers arrive.
            mail.write({"model": "res.partner", "res_id": event.partner_id.id})
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
