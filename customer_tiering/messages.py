"""Sends the messages about a change of tier: the activity and the note for colleagues, the e-mail
to the customer. Who hears of what is decided by ``customer.tier.event`` and its rules."""

from markupsafe import Markup

from odoo import fields

from .tools import schedule_on_contacts


def send(events, effects, users):
    """Do what the rules of the programmes ask for, and keep on each event what came of it.

    :param events: ``customer.tier.event`` of one company
    :param effects: dict event → dict effect (``note``, ``activity``, ``mail``) → its rule
    :param users: dict event → ``res.users`` who looks after the customer
    """
    _make_activities(events, effects, users)
    _send_mails(events, effects)
    _post_notes(events, effects, users)


def _make_activities(events, effects, users):
    todo = events.filtered(lambda event: "activity" in effects[event])
    activities = schedule_on_contacts(
        events.env,
        [_activity_vals(event, effects[event]["activity"], users[event]) for event in todo],
    )
    for event, activity in zip(todo, activities, strict=True):
        event.activity_id = activity


def _activity_vals(event, rule, user):
    said = event.with_context(lang=user.lang or event.env.lang)
    today = event.env["customer.tier.gather"]._today(event.company_id)
    return {
        "res_id": event.partner_id.id,
        "activity_type_id": rule.activity_type_id.id,
        "summary": said._task(),
        "note": said._to_do() + said._details(),
        "date_deadline": fields.Date.add(today, days=rule.activity_days),
        "user_id": user.id,
        "customer_company_id": event.company_id.id,
    }


def _post_notes(events, effects, users):
    """A note on each contact, in the language of who looks after it."""
    subtype = events.env.ref("customer_tiering.mt_tier_change")
    for event in events.filtered(lambda event: "note" in effects[event]):
        lang = users[event].lang or event.company_id.partner_id.lang
        said = event.with_context(lang=lang)
        body = Markup("<p><strong>%s</strong></p>%s") % (said.headline, said._details())
        # Mails to followers wait in the queue: sent at once, they could not be taken back.
        partner = event.partner_id.with_context(mail_notify_force_send=False, lang=lang)
        event.note_id = partner.message_post(
            body=body, subtype_id=subtype.id, customer_company_id=event.company_id.id
        )


def _send_mails(events, effects):
    asked = events.filtered(lambda event: "mail" in effects[event])
    by_template = asked.grouped(lambda event: effects[event]["mail"].mail_template_id)
    for template, told in by_template.items():
        for event in told:
            event.mail_result = _mail_result(event, template)
        _write_mails(told.filtered(lambda event: event.mail_result == "sent"), template)


def _mail_result(event, template):
    """Whether a customer is written to, or why not."""
    if event.kind == "correction" and not event._was_written_to():
        return "not_told"
    if not template.active:
        return "archived"
    if not event.partner_id.email_normalized:
        return "no_address"
    return "blacklisted" if event.partner_id.is_blacklisted else "sent"


def _write_mails(events, template):
    if not events:
        return
    mails = template.with_company(events.company_id).send_mail_batch(events.ids)
    for event, mail in zip(events, mails, strict=True):
        # On the contact colleagues see it, and answers arrive.
        mail.write(
            {
                "model": "res.partner",
                "res_id": event.partner_id.id,
                "customer_company_id": event.company_id.id,
            }
        )
        event.mail_id = mail
    events.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
