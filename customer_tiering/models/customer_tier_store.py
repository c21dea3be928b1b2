from odoo import fields, models
from odoo.tools import SQL

STAGE = "customer_tier_stage"


class CustomerTierStore(models.AbstractModel):
    """Third step of the pipeline: graded frames into standings and history.

    A chunk goes into a temporary table and from there into the real ones by one statement each.
    Only rows that differ are written, so an unchanged night leaves no dead rows and takes no row
    locks; partners are never written, so nobody who edits one can collide with a regrade.
    """

    _name = "customer.tier.store"
    _description = "Storing of Customer Grading"

    def _standing_columns(self):
        """Column of the standing: its SQL value from the staged row ``s``."""
        from ..grading.movement import REASONS

        day = "(date '1970-01-01' + NULLIF(s.{0}, 'NaN')::int)"
        return {
            "program_id": SQL("NULLIF(s.program, 0)"),
            "tier_id": SQL("NULLIF(s.tier, 0)"),
            "computed_tier_id": SQL("NULLIF(s.computed, 0)"),
            "score": SQL("NULLIF(s.score, 'NaN')"),
            "coverage": SQL("s.coverage"),
            "amount": SQL("s.amount::numeric"),
            "order_count": SQL("s.order_count"),
            "last_order_date": SQL(day.format("last_day")),
            "next_order_date": SQL(day.format("next_day")),
            "next_order_from": SQL(day.format("next_from")),
            "next_order_until": SQL(day.format("next_until")),
            "rfm_r": SQL("NULLIF(s.rfm_r, 0)"),
            "rfm_f": SQL("NULLIF(s.rfm_f, 0)"),
            "rfm_m": SQL("NULLIF(s.rfm_m, 0)"),
            "segment_id": SQL("NULLIF(s.segment, 0)"),
            "target_tier_id": SQL("NULLIF(s.target, 0)"),
            "computed_since": SQL(day.format("entered")),
            "guaranteed_until": SQL(day.format("guaranteed")),
            "review_date": SQL(day.format("review")),
            "reviewed_on": SQL(day.format("reviewed")),
            "above_since": SQL(day.format("above")),
            "noticed_on": SQL(day.format("noticed")),
            "missed_reviews": SQL("s.missed"),
            "entry_rule_id": SQL("NULLIF(s.entry, 0)"),
            "next_follow_up_date": SQL(day.format("follow_up")),
            # Position 0 is outside of the array, which is NULL.
            "waiting": SQL("(%s::varchar[])[s.waiting]", sorted(REASONS, key=REASONS.get)[1:]),
        }

    def _stage_columns(self, frame, policy):
        """SQL types and values of the staged columns, and the names of those that are the reason;
        these are numbered, as metrics' names are the administrator's."""
        from ..grading.pipeline import lasting

        reason = lasting(frame, policy)
        numbers = list(reason)
        columns = {
            "partner": "int4",
            **dict.fromkeys(("known", "program", "tier", "computed", "target"), "int4"),
            **dict.fromkeys(("rfm_r", "rfm_f", "rfm_m", "order_count", "segment"), "int4"),
            **dict.fromkeys(("missed", "waiting", "entry"), "int4"),
            **dict.fromkeys(("score", "coverage", "amount", "last_day", "next_day"), "float8"),
            **dict.fromkeys(("entered", "guaranteed", "review"), "float8"),
            **dict.fromkeys(("reviewed", "above", "noticed", "follow_up"), "float8"),
            **{f"n{position}": "float8" for position in range(len(numbers))},
        }
        values = {
            "partner": frame.index.to_numpy(),
            "amount": frame["metric:amount"].to_numpy(),
            "order_count": frame["metric:order_count"].to_numpy(),
            **{f"n{position}": reason[name] for position, name in enumerate(numbers)},
        }
        for name in columns.keys() - values.keys():
            values[name] = frame[name].to_numpy()
        return columns, values, numbers

    def _save(self, company, frame, as_of, policy, run_id):
        """Write what differs, and the history of those who are graded for the first time.

        :param frame: graded customers of one programme: the columns of ``pipeline.grade`` plus
            ``program``, ``computed`` and ``tier`` (ids, 0 for none) and ``known`` (1 where there
            is a standing already)
        :param policy: that programme as ``policy.Program``
        :return: number of standings inserted or updated
        """
        from ..binary_copy import write_columns

        cr = self.env.cr
        self._hold(policy)
        program = self.env["customer.tier.program"].browse(policy.id)
        policy_id = self.env["customer.tier.policy"]._freeze(program, policy).id
        # The statements below refer to it.
        self.env.flush_all()
        columns, values, numbers = self._stage_columns(frame, policy)
        table = SQL.identifier(STAGE)
        cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        definition = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(type_)) for name, type_ in columns.items()
        )
        cr.execute(SQL("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", table, definition))
        write_columns(cr, STAGE, columns, values)
        stored = {
            **self._standing_columns(),
            "policy_id": SQL("%s::int", policy_id),
            "numbers": SQL(
                "ARRAY[%s]",
                SQL(", ").join(SQL.identifier("s", f"n{n}") for n in range(len(numbers))),
            ),
        }
        cr.execute(self._update_query(company, as_of, stored))
        updated = cr.rowcount
        cr.execute(self._insert_query(company, as_of, stored, run_id))
        return updated + int((frame["known"] == 0).sum())

    def _hold(self, policy):
        """Keep what the rows refer to from being deleted until they are committed; stands in for
        the foreign keys that ``BulkMany2one`` does without."""
        held = {
            "customer_tier_program": [policy.id],
            "customer_tier": [tier.id for tier in policy.tiers],
            "customer_tier_segment": [segment.id for segment in policy.segments],
            "customer_tier_entry_rule": [entry.id for entry in policy.entries],
        }
        self.env.cr.execute(
            SQL(" UNION ALL ").join(
                SQL(
                    "SELECT id FROM (SELECT id FROM %s WHERE id = ANY(%s) FOR KEY SHARE) held",
                    SQL.identifier(table),
                    ids,
                )
                for table, ids in held.items()
                if ids
            )
        )

    def _update_query(self, company, as_of, columns):
        """Rows that differ from what is stored. Not an upsert: that would lock every row.

        :param columns: column of the standing → its SQL value from the staged row ``s``
        """
        names = [SQL.identifier(name) for name in columns]
        return SQL(
            """
            UPDATE customer_tier_standing t
               SET (%(names)s) = ROW(%(fresh)s),
                   tier_since = CASE WHEN t.tier_id IS DISTINCT FROM f.tier_id
                       THEN CASE WHEN f.tier_id > 0 THEN %(as_of)s::date END
                       ELSE t.tier_since END,
                   graded_at = %(now)s
              FROM (SELECT s.partner, %(values)s FROM %(stage)s s WHERE s.known = 1)
                   AS f (partner, %(names)s)
             WHERE t.partner_id = f.partner AND t.company_id = %(company)s
               AND (%(stored)s) IS DISTINCT FROM (%(fresh)s)
            """,
            names=SQL(", ").join(names),
            fresh=SQL(", ").join(SQL("f.%s", name) for name in names),
            stored=SQL(", ").join(SQL("t.%s", name) for name in names),
            values=SQL(", ").join(columns.values()),
            stage=SQL.identifier(STAGE),
            company=company.id,
            as_of=as_of,
            now=fields.Datetime.now(),
        )

    def _insert_query(self, company, as_of, columns, run_id):
        """New standings and the first line of their history."""
        return SQL(
            """
            WITH fresh AS (
                INSERT INTO customer_tier_standing (
                    partner_id, company_id, tier_since, graded_at, %(names)s)
                SELECT s.partner, %(company)s, CASE WHEN s.tier > 0 THEN %(as_of)s::date END,
                       %(now)s, %(values)s
                  FROM %(stage)s s
                 WHERE s.known = 0
                    -- Whoever graded a new customer at the same moment makes this one try again.
                    ON CONFLICT (partner_id, company_id) DO NOTHING
                RETURNING id, tier_id, computed_tier_id, target_tier_id, score, last_order_date,
                          policy_id, numbers, lifecycle_stage, previous_stage, stage_since)
            INSERT INTO customer_tier_change (
                standing_id, to_tier_id, computed_tier_id, target_tier_id, direction, date, reason,
                score, last_order_date, policy_id, numbers, from_stage, to_stage, stage_since,
                run_id)
            SELECT id, tier_id, computed_tier_id, target_tier_id,
                   CASE WHEN tier_id IS NULL THEN 'stay' ELSE 'first' END, %(as_of)s, 'rule',
                   score, last_order_date, policy_id, numbers,
                   CASE WHEN %(graded)s THEN previous_stage END, lifecycle_stage, stage_since,
                   %(run)s
              FROM fresh
             WHERE tier_id IS NOT NULL
                -- Where everybody is graded for the first time, nobody has changed anything.
                OR %(graded)s AND previous_stage IS NOT NULL
            """,
            names=SQL(", ").join(SQL.identifier(name) for name in columns),
            values=SQL(", ").join(columns.values()),
            stage=SQL.identifier(STAGE),
            company=company.id,
            as_of=as_of,
            graded=bool(company.customer_tier_graded_on),
            now=fields.Datetime.now(),
            run=run_id,
        )

    def _release(self, company, partner_ids, kept_ids):
        """Take the tier from customers whom no programme selects any more; their history and what
        was set by hand stay.

        :param kept_ids: those for whom the tier that was set by hand goes on to count
        """
        if not partner_ids:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_tier_standing
                   SET program_id = NULL, computed_tier_id = NULL, score = NULL,
                       tier_id = CASE WHEN partner_id = ANY(%(kept)s) THEN manual_tier_id END,
                       tier_since = CASE WHEN partner_id = ANY(%(kept)s) THEN tier_since END,
                       segment_id = NULL, next_order_date = NULL, next_order_from = NULL,
                       next_order_until = NULL, lifecycle_stage = NULL, stage_since = NULL,
                       previous_stage = NULL,
                       policy_id = NULL, numbers = NULL, coverage = NULL, target_tier_id = NULL,
                       rfm_r = NULL, rfm_f = NULL, rfm_m = NULL,
                       computed_since = NULL, guaranteed_until = NULL, review_date = NULL,
                       reviewed_on = NULL, above_since = NULL, noticed_on = NULL,
                       missed_reviews = 0, waiting = NULL, proposed_tier_id = NULL,
                       refused_on = NULL, entry_rule_id = NULL, next_follow_up_date = NULL,
                       graded_at = %(now)s
                 WHERE company_id = %(company)s AND partner_id = ANY(%(partners)s)
                """,
                now=fields.Datetime.now(),
                company=company.id,
                partners=partner_ids,
                kept=kept_ids,
            )
        )

    def _expire(self, company, indexes):
        """Take what was set by hand from customers for whom it has ended."""
        partner_ids = [id_ for index in indexes for id_ in index.tolist()]
        if partner_ids:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE customer_tier_standing
                       SET manual_tier_id = NULL, manual_until = NULL, manual_reason = NULL,
                           manual_user_id = NULL, manual_on = NULL, lock = NULL
                     WHERE company_id = %s AND partner_id = ANY(%s)
                    """,
                    company.id,
                    partner_ids,
                )
            )

    def _save_changes(self, company, moves, as_of, run_id):
        """Append to the history what changed tier or stage among customers graded before, and
        whose tier is no longer set by hand; both changes of a customer in one line.

        :param moves: frame indexed by customer with ``before``, ``tier`` (ids, 0 for none),
            ``stage_was``, ``stage``, ``known``, ``expired`` and ``direction``
        """
        before, tier, expired, known = (
            moves[name].to_numpy() for name in ("before", "tier", "expired", "known")
        )
        moved = before != tier
        changed = (moved | (expired > 0) & (tier > 0) | self._staged(moves)) & (known == 1)
        if not changed.any():
            return
        changes = moves.assign(direction=moves["direction"].where(moved, "stay"))[changed]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_change (
                    standing_id, from_tier_id, to_tier_id, computed_tier_id, target_tier_id,
                    direction, date, reason, by_hand, score, last_order_date, policy_id, numbers,
                    from_stage, to_stage, stage_since, run_id)
                SELECT s.id, NULLIF(c.before, 0), NULLIF(c.tier, 0), s.computed_tier_id,
                       s.target_tier_id, c.direction, %(as_of)s,
                       CASE WHEN c.expired > 0 THEN 'expiry' ELSE 'rule' END,
                       COALESCE(s.manual_tier_id = c.tier AND c.expired = 0, FALSE), s.score,
                       s.last_order_date, s.policy_id, s.numbers,
                       %(stage)s[c.stage_was], %(stage)s[c.stage],
                       CASE WHEN c.stage > 0 THEN s.stage_since END, %(run)s
                  FROM unnest(%(partners)s, %(before)s, %(tiers)s, %(direction)s, %(expired)s,
                              %(stages)s, %(stages_before)s)
                       AS c (partner, before, tier, direction, expired, stage, stage_was)
                  JOIN customer_tier_standing s
                    ON s.partner_id = c.partner AND s.company_id = %(company)s
                """,
                as_of=as_of,
                run=run_id,
                partners=changes.index.tolist(),
                before=changes["before"].tolist(),
                tiers=changes["tier"].tolist(),
                direction=changes["direction"].tolist(),
                expired=changes["expired"].tolist(),
                **self._stage_arguments(changes),
                company=company.id,
            )
        )
