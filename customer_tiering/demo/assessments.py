"""Writes what salespeople think of some demo customers, the prospects among them."""

from datetime import timedelta

from odoo.fields import Command


def create_assessments(env, rows, partners, users, today):
    """Answer the questions of the metric “Prospects”, 0 for those left out.

    :param partners: dict key of company → ``res.partner``
    :param users: dict key → ``res.users``
    """
    metric = env.ref("customer_tiering.metric_prospects")
    env["customer.tier.value"].create(
        [
            {
                "partner_id": partners[row.company].id,
                "metric_id": metric.id,
                "date": today - timedelta(days=row.days_ago),
                "user_id": users[row.salesperson].id,
                "note": row.note,
                "answer_ids": [
                    Command.create({"question_id": question.id, "answer": answer})
                    for question, answer in zip(metric.question_ids, row.answers, strict=True)
                ],
            }
            for row in rows
        ]
    )
