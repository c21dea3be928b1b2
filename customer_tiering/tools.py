"""Small helpers that models and wizards share: client actions, follow-up activities, and doing
something about many records so that one failing record does not keep it from the others."""

import logging
import re

from psycopg2.extensions import TransactionRollbackError

from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# What the usual rule on contacts looks at: of which company they are, or who works in the database.
COMPANY_RULE_FIELDS = {"company_id", "partner_share"}
RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}


def sentences(parts):
    """Sentences one after the other. After a full-width stop, as Chinese has it, there is no space.

    :param parts: texts in one language; empty ones are left out
    """
    return re.sub(r"(?<=[。！？；]) ", "", " ".join(filter(None, parts)))


def notification(message, kind="success", then=RELOAD, **params):
    """Client action that shows a message for a moment, and goes on.

    :param kind: ``success``, ``info``, ``warning`` or ``danger``
    :param then: the action that follows; without one given, the page reads its records again
    :param params: ``title``, ``sticky`` or ``links``
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"type": kind, "message": message, **params, "next": then},
    }


def open_dialog(record, title, **context):
    """Action that opens a record, or a new one of an empty recordset, in a window of its own.

    :param context: context of the action, such as ``default_`` keys
    """
    action = {
        "type": "ir.actions.act_window",
        "name": title,
        "res_model": record._name,
        "res_id": record.id,
        "view_mode": "form",
        "target": "new",
    }
    return {**action, "context": context} if context else action


def other_languages(env):
    """Codes of the languages besides the reader's in which a text may have been written; none
    where nobody reads.

    :return: list
    """
    installed = env["res.lang"].get_installed() if env.lang else ()
    return [code for code, _name in installed if code != env.lang]


def open_list(env, xml_id, domain, **context):
    """A window action of a menu, for some of its records only.

    :param context: instead of the action's own, with its filters
    """
    action = env["ir.actions.act_window"]._for_xml_id(xml_id)
    return {**action, "domain": list(domain), "context": context}


def commercial_ids(partners):
    """Ids of the commercial partners of some contacts, of which nothing else is read."""
    partners.fetch(["commercial_partner_id"])
    return partners.commercial_partner_id.ids


def attempt(env, do, failed):
    """Do something or, when it fails, leave no trace of it and go on.

    A conflict with another transaction is not caught: the caller has to try everything again.

    :param do: function without arguments
    :param failed: called with the exception, while it is handled
    :return: list of what ``do`` returned; empty when it failed
    """
    try:
        with env.cr.savepoint():
            result = do()
    except TransactionRollbackError:
        raise
    except Exception as error:
        failed(error)
        return []
    return [result]


def savepoint_each(records, do, failed):
    """Do something about all of these together; where that fails, about each of them alone.

    :param do: called with records, all of them or one
    :param failed: called with one record and its exception, while that is handled
    :return: list of what the calls that went through returned
    """

    def all_failed(_error):
        _logger.exception("%s failed for %s together; trying one by one", do.__name__, records)

    results = attempt(records.env, lambda: do(records), all_failed)
    for record in () if results else records:
        results += attempt(
            records.env,
            lambda record=record: do(record),
            lambda error, record=record: failed(record, error),
        )
    return results


def works_in(env, companies):
    """Those of some companies that the reader may be told about: where they work, whichever of
    these are ticked at the moment; lists follow the ticks by their rules. The system works in all.
    """
    if env.su:
        return companies
    own = env.user._get_company_ids()
    return companies.filtered(lambda company: company.id in own)


def readable_customers(env):
    """Query of the customers that the reader may read, for searching what is told of them with more
    rights than the reader's; None where nobody who works in a company is kept from its customers.
    """
    if env.su:
        return None
    rules = env["ir.rule"]._compute_domain("res.partner", "read")
    if all(one.field_expr in COMPANY_RULE_FIELDS for one in rules.iter_conditions()):
        return None
    return env["res.partner"].with_context(active_test=False)._search([])


def may_follow(record, *names):
    """Whether the reader may read what a record refers to by some of its fields.

    What is saved is protected by the rules of its own model. What somebody types into a form is no
    right to be told about it, and no rule looks at values that nobody has saved.
    """
    # Fields that are computed with all rights still have the reader's name.
    return bool(record.id) or all(record[name].sudo(False).has_access("read") for name in names)


def is_clean(env):
    """Whether the transaction has written nothing, so that others see what it sees."""
    env.flush_all()
    return env.execute_query(SQL("SELECT pg_current_xact_id_if_assigned() IS NULL"))[0][0]


def error_text(error):
    """What an exception says, or at least what it is."""
    return str(error) or type(error).__name__


def without_mails(records):
    """These records, or this model, for making or handing over activities: one e-mail for each
    would be a flood; the list of activities is what counts."""
    return records.with_context(mail_activity_quick_update=True)


def schedule_on_contacts(env, vals_list):
    """Make activities on contacts that the system asks for, without an e-mail for each.

    :param vals_list: values of ``mail.activity``; ``res_id`` is the contact, and
        ``customer_company_id`` the company whose salespeople alone may read them, or False for
        what tells nothing of a grading
    :return: ``mail.activity`` in the same order
    """
    forgotten = [vals for vals in vals_list if "customer_company_id" not in vals]
    if forgotten:
        raise ValueError(f"Whose salespeople may read this? No customer_company_id: {forgotten[0]}")
    about = {"res_model_id": env["ir.model"]._get_id("res.partner"), "automated": True}
    return without_mails(env["mail.activity"]).create([{**about, **vals} for vals in vals_list])


def log_on_contact(partner, body, company):
    """A note on a contact that tells of a grading, for salespeople of its company alone.

    :return: ``mail.message``, sudo
    """
    message = partner._message_log(body=body)
    message.customer_company_id = company
    return message
