"""To-dos that gradings leave to the people who are responsible: what waits for a decision, and what
went wrong."""

from collections import Counter, defaultdict

from odoo import fields

from .explain import run_words
from .tools import without_mails

TODO_KIND = "mail.mail_activity_data_todo"
PROBLEM_KIND = "customer_tiering.mail_activity_type_grading_problem"
# What waits for a decision: a name, the model and the state in which it does.
WAITING = (
    ("proposals", "customer.tier.proposal", "open"),
    ("events", "customer.tier.event", "held"),
)


def ask_responsible(run):
    """One to-do for each person who is responsible for what waits, unless an older one is still
    open."""
    asked = _open_todos(run, TODO_KIND).user_id
    for user, counts in _undecided(run).items():
        if user not in asked:
            said = run.with_context(lang=user.lang or run.env.lang)
            summary = run_words.undecided(said.env, counts)
            without_mails(run).activity_schedule(TODO_KIND, summary=summary, user_id=user.id)


def close_answered(runs):
    """Close the to-dos of runs that leave nothing to decide about any more."""
    for activity in _open_todos(runs, TODO_KIND) if runs else ():
        run = runs.browse(activity.res_id).sudo()
        if activity.user_id not in _undecided(run):
            activity.action_feedback(feedback=runs.env._("Everything is decided."))


def report_problems(run):
    """What went wrong is told once: one to-do for who is responsible, which moves on to the newest
    grading while it is open, and closes by itself when nothing is wrong any more."""
    told = _open_todos(run, PROBLEM_KIND)
    if not run.error_ids:
        told.action_feedback(feedback=run.env._("The grading had no problems any more."))
        return
    for user in run.error_ids._responsible(run.company_id):
        said = run.with_context(lang=user.lang or run.env.lang)
        vals = run_words.problem_activity(said)
        if own := told.filtered(lambda activity, user=user: activity.user_id == user):
            own[0].write({**vals, "res_id": run.id})
        elif _has_new_problems(run):
            without_mails(run).activity_schedule(
                PROBLEM_KIND,
                date_deadline=fields.Date.context_today(said),
                user_id=user.id,
                **vals,
            )


def _undecided(run):
    """What waits for a decision since a run.

    :return: dict ``res.users`` who is responsible → ``Counter`` of ``proposals`` and ``events``
    """
    waiting = defaultdict(Counter)
    for name, model, state in WAITING:
        # Whoever is responsible is asked about all of it, whoever ends the run.
        records = run.env[model].sudo()
        domain = [("run_id", "=", run.id), ("state", "=", state)]
        for program, count in records._read_group(domain, ["program_id"], ["__count"]):
            waiting[program._responsible()][name] += count
    return waiting


def _open_todos(run, kind):
    """The to-dos about gradings of the run's company that nobody has done yet.

    :param kind: XML id of an activity type
    """
    kind = run.env.ref(kind, raise_if_not_found=False)
    if not kind:
        return run.env["mail.activity"]
    # They are other people's.
    activities = run.env["mail.activity"].sudo()
    activities = activities.search(
        [
            ("res_model", "=", run._name),
            ("automated", "=", True),
            ("activity_type_id", "=", kind.id),
        ]
    )
    runs = run.sudo().browse(activities.mapped("res_id")).exists()
    ours = runs.filtered(lambda other: other.company_id == run.company_id).ids
    return activities.filtered(lambda activity: activity.res_id in ours)


def _has_new_problems(run):
    """Whether anything is wrong that was not wrong in the grading before."""
    before = run.search(
        [
            ("company_id", "=", run.company_id.id),
            ("simulation", "=", False),
            ("state", "=", "done"),
            ("id", "<", run.id),
        ],
        order="id desc",
        limit=1,
    )
    return bool(run.error_ids._causes() - before.error_ids._causes())
