"""Finds the customers of a chunk whose tier rests on facts that are gone, for the grading that puts
them right; what that means is worked out in ``grading.correction``."""

import json

from odoo.tools import SQL

from .grading.policy import from_rules


class CorrectionHistory:
    """Looks again only at customers whose figures ask for less than their tier, and reads their
    history only where the facts of the day on which they entered it do not bear it any more."""

    def __init__(self, env):
        self.env = env

    def footing(self, program, policy, facts, graded, previous, as_of):
        """Where customers would be if what was taken back had never been.

        :param policy: ``policy.Program`` of the programme
        :param facts: ``metrics.Facts`` of its customers in the chunk
        :param graded: what ``pipeline.grade`` made of them
        :param previous: see ``customer.tier.gather._previous``
        :return: as ``correction.footing``, None where nobody is looked at
        """
        from .grading import correction

        doubted = correction.doubtful(graded, previous, policy, as_of)
        if doubted.empty:
            return None
        facts = self._facts_of(program, facts, doubted, [policy], as_of)
        doubted = correction.unsupported(facts, policy, graded, doubted, as_of)
        if doubted.empty:
            return None
        lines, rules = self._history(program, doubted)
        facts = self._facts_of(program, facts, doubted, [policy, *rules], as_of, lines)
        return correction.footing(facts, policy, graded, doubted, lines, rules, as_of)

    def _facts_of(self, program, facts, doubted, policies, as_of, history=None):
        """The facts of some customers, with products as far back as rules looked on the days on
        which tiers were reached."""
        from .grading.metrics import LINE_MEASURES, as_date, lines_start

        customers = doubted.index.to_numpy()
        orders = facts.orders[facts.orders["customer"].isin(customers)]
        gather = self.env["customer.tier.gather"]
        measures = {m.measure for policy in policies for m in policy.metrics} & LINE_MEASURES
        lines = None
        if measures:
            days = [doubted["entered"].min()]
            days += [history["day"].min()] if history is not None and len(history) else []
            lines = gather._lines(
                program.company_id,
                as_of,
                gather._scope_of(customers.tolist()),
                measures,
                lines_start(policies, as_date(min(days))),
                policies[0].basis,
            )
        return type(facts)(customers, orders, lines)

    def _history(self, program, doubted):
        """What history tells of the computed tiers of some customers.

        :return: (frame ``lines`` and list ``rules`` of ``correction.footing``)
        """
        import pandas as pd

        from .grading.correction import LINES

        self.env.cr.execute(self._history_query(program, doubted.index.tolist()))
        rules, numbered, rows = [], {}, []
        for customer, change, day, tier, _merged, policy, columns, cuts, numbers in self._own(
            self.env.cr.fetchall(), doubted
        ):
            key = (policy, json.dumps(cuts))
            if key not in numbered:
                kept = self.env["customer.tier.policy"].browse(policy).rules
                numbered[key] = len(rules)
                rules.append(from_rules({**kept, "cuts": {**kept.get("cuts", {}), **(cuts or {})}}))
            known = dict(zip(columns, numbers or (), strict=False))
            values = {name: value for name, value in known.items() if name.startswith("metric:")}
            row = {"customer": customer, "change": change, "day": day, "tier": tier}
            entry = int(known.get("entry") or 0)
            rows.append({**row, "rules": numbered[key], "entry": entry, **values})
        frame = pd.DataFrame(rows, columns=None if rows else list(LINES))
        return frame, rules

    def _own(self, rows, doubted):
        """Of customers that were merged, the lines of the one whose tier it is: the histories of
        the others are no steps to it."""
        entered = doubted["entered"].to_dict()
        whose = {}
        for customer, _change, day, _tier, merged, *_rest in rows:
            if day == entered[customer]:
                whose[customer] = merged
        return [row for row in rows if row[4] == whose.get(row[0])]

    def _history_query(self, program, customers):
        """Lines of history with their rules and the shares of the best of their grading, the
        oldest first; where somebody has left all programmes, no tier. Their day is the one that
        was graded, also where the history had gone on since then and has another one."""
        return SQL(
            """
            SELECT s.partner_id, c.id,
                   (LEAST(c.date, COALESCE(r.as_of, c.date)) - date '1970-01-01')::float8,
                   CASE WHEN c.direction = 'out' THEN 0
                        ELSE COALESCE(c.computed_tier_id, c.to_tier_id, 0) END,
                   c.merged_from, c.policy_id, p.rules->'columns',
                   COALESCE(r.cuts, (SELECT l.cuts FROM customer_tier_run l
                                      WHERE l.company_id = s.company_id AND l.state = 'done'
                                        AND l.simulation IS NOT TRUE AND l.as_of <= c.date
                                   ORDER BY l.as_of DESC, l.id DESC LIMIT 1)),
                   c.numbers
              FROM customer_tier_standing s
              JOIN customer_tier_change c ON c.standing_id = s.id
              JOIN customer_tier_policy p ON p.id = c.policy_id
         LEFT JOIN customer_tier_run r ON r.id = c.run_id
             WHERE s.company_id = %s AND s.partner_id = ANY(%s)
               AND c.reason <> 'merge'
          ORDER BY s.partner_id, LEAST(c.date, COALESCE(r.as_of, c.date)), c.id
            """,
            program.company_id.id,
            customers,
        )
