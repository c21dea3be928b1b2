from odoo import fields, models
from odoo.tools import SQL, format_date, format_list

from .. import untold
from ..direction import TOLD, direction_sql
from ..scopes import FEW
from ..standing_columns import core_columns
from ..switches import QUIET

# The temporary table through which graded customers come, but for few, who come in the statements
# themselves.
STAGING = "customer_tier_staging"


class CustomerTierStore(models.AbstractModel):
    """Third step of the grading pipeline: writes what was found into standings, history, proposals
    and the queue of messages.

    A chunk goes into a staging table and from there into the real ones by one statement each.
    Only rows that differ are written, so an unchanged night leaves no dead rows and takes no row
    locks; partners are never written, so nobody who edits one can collide with a regrade.
    """

    _name = "customer.tier.store"
    _description = "Storing of Customer Grading"

    # Standings

    def _standing_columns(self):
        """Hook: the columns of the standing that grading writes, as
        :class:`~odoo.addons.customer_tiering.standing_columns.Column`. Who adds one adds the
        field, and here where its values come from; they are stored, cleared when the customer
        leaves and, if ``remembered``, read again like the others."""
        return core_columns()

    def _save(self, company, frame, as_of, policy, run_id, watch=None):
        """Write what differs, the history of those who are graded for the first time, and the
        proposals and notices that follow.

        :param frame: graded customers of one programme: the columns of ``settle.settle``
        :param policy: that programme as ``policy.Program``
        :param watch: see ``customer.tier.due._watch``
        :return: number of standings inserted or updated
        """
        from ..grading.movement import REASONS

        program = self.env["customer.tier.program"].browse(policy.id)
        policy_id = self.env["customer.tier.policy"]._freeze(program, policy, self._held(policy)).id
        # The statements below refer to it.
        self.env.flush_all()
        reasons, staging = self._fill_staging(frame, policy)
        stored = {
            **{c.name: c.store("s") for c in self._standing_columns() if c.storage},
            "policy_id": SQL("%s::int", policy_id),
            "numbers": SQL(
                "ARRAY[%s]", SQL(", ").join(SQL.identifier("s", name) for name in reasons)
            ),
        }
        if watch:
            self._tell_left_out(company, frame, stored, watch, staging)
        self.env.cr.execute(self._update_query(company, as_of, stored, staging))
        fresh = int((frame["known"] == 0).sum())
        written = self.env.cr.rowcount + fresh
        if fresh:
            self.env.cr.execute(self._insert_query(company, as_of, stored, run_id, staging))
        if frame["asking"].any():
            self._supersede_proposals(company, SQL("SELECT s.partner FROM %s s", staging))
        if (frame["waiting"] == REASONS["approval"]).any():
            self._propose(company, as_of, run_id, staging)
        if frame["notice"].any() and self._tells(company):
            self._enqueue_notices(company, as_of, run_id, staging)
        return written

    def _save_payments(self, company, figures):
        """Write how some customers pay, of whom nothing else has changed.

        :param figures: as ``grading.payment.standings`` gives them
        :return: number of standings that changed
        """
        columns = [column for column in self._standing_columns() if column.in_frame in figures]
        types = {"partner": "int4", **{c.name: c.storage.staged for c in columns}}
        values = {"partner": figures.index, **{c.name: c.values(figures, None) for c in columns}}
        names = [SQL.identifier(column.name) for column in columns]
        query = SQL(
            """
            UPDATE customer_tier_standing t
               SET (%(names)s) = ROW(%(fresh)s), graded_at = %(now)s
              FROM (SELECT s.partner, %(values)s FROM %(staging)s s) AS f (partner, %(names)s)
             WHERE t.partner_id = f.partner AND t.company_id = %(company)s
               AND (%(stored)s) IS DISTINCT FROM (%(fresh)s)
            """,
            names=SQL(", ").join(names),
            fresh=SQL(", ").join(SQL("f.%s", name) for name in names),
            stored=SQL(", ").join(SQL("t.%s", name) for name in names),
            values=SQL(", ").join(column.store("s") for column in columns),
            staging=self._staging(types, values),
            company=company.id,
            now=fields.Datetime.now(),
        )
        self.env.cr.execute(query)
        written = self.env.cr.rowcount
        self.env.invalidate_all(flush=False)
        return written

    def _held(self, policy):
        """Keep what the rows refer to from being deleted until they are committed; stands in for
        the foreign keys that ``BulkMany2one`` does without.

        :return: ``SQL`` query that does it
        """
        held = {
            "customer_tier_program": [policy.id],
            "customer_tier": [tier.id for tier in policy.tiers],
            "customer_tier_segment": [segment.id for segment in policy.segments],
            "customer_tier_entry_rule": [entry.id for entry in policy.entries],
        }
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT 1 FROM (SELECT 1 FROM %s WHERE id = ANY(%s) FOR KEY SHARE) held",
                SQL.identifier(table),
                ids,
            )
            for table, ids in held.items()
            if ids
        )

    def _fill_staging(self, frame, policy):
        """Fill the staging table: a row ``s`` per customer with a value per column of the
        standing, what the statements below ask besides, and the reason, whose columns are
        numbered, as metrics' names are the administrator's.

        :return: names of the columns that are the reason; ``SQL`` of the table, which for few
            customers is part of the statements themselves
        """
        import numpy as np

        from ..grading.movement import decision_day
        from ..grading.pipeline import lasting

        if len(frame) > FEW and not frame["known"].any():
            # Rows go into the index on tier and score in less time in its order.
            frame = frame.iloc[np.lexsort((frame["score"], frame["tier"]))]
        decision = decision_day(policy.movement, frame["noticed"], frame["entered"])
        staged = {
            "partner": ("int4", frame.index),
            **{n: ("int4", frame[n]) for n in ("known", "notice", "expired", "corrected")},
            "decision": ("float8", decision),
        }
        for column in self._standing_columns():
            if column.storage:
                staged[column.name] = (column.storage.staged, column.values(frame, policy))
        numbers = lasting(frame, policy).values()
        reasons = {f"n{place}": ("float8", values) for place, values in enumerate(numbers)}
        staged |= reasons
        types = {name: type_ for name, (type_, _values) in staged.items()}
        return list(reasons), self._staging(types, {n: v for n, (_t, v) in staged.items()})

    def _staging(self, types, values):
        """The rows as something to select from.

        :param types: dict name → SQL type; ``values``: dict name → array
        """
        from ..binary_copy import write_columns

        cr, table = self.env.cr, SQL.identifier(STAGING)
        if len(values["partner"]) <= FEW:
            return self._inline(types, values)
        definition = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(type_)) for name, type_ in types.items()
        )
        cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        cr.execute(SQL("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", table, definition))
        write_columns(cr, STAGING, types, values)
        return table

    def _inline(self, types, values):
        """The same as part of a statement."""
        import numpy as np

        kinds = {"int4": np.int64, "float8": float}
        columns = SQL(", ").join(
            SQL("%s::%s[]", np.asarray(values[name], kinds[type_]).tolist(), SQL(type_))
            for name, type_ in types.items()
        )
        names = SQL(", ").join(map(SQL.identifier, types))
        return SQL("(SELECT * FROM unnest(%s) AS u (%s))", columns, names)

    def _update_query(self, company, as_of, columns, staging):
        """Rows that differ from what is stored. Not an upsert: that would lock every row.

        :param columns: column of the standing → its SQL value from the staged row ``s``
        """
        names = [SQL.identifier(name) for name in columns]
        return SQL(
            """
            UPDATE customer_tier_standing t
               SET (%(names)s) = ROW(%(fresh)s),
                   tier_since = CASE WHEN t.tier_id IS NOT DISTINCT FROM f.tier_id
                           THEN t.tier_since
                       WHEN f.tier_id IS NULL THEN NULL
                       WHEN f.corrected > 0 THEN f.computed_since
                       ELSE %(entered)s END,
                   graded_at = %(now)s
              FROM (SELECT s.partner, s.corrected, %(values)s
                      FROM %(staging)s s WHERE s.known = 1)
                   AS f (partner, corrected, %(names)s)
             WHERE t.partner_id = f.partner AND t.company_id = %(company)s
               AND (%(stored)s) IS DISTINCT FROM (%(fresh)s)
            """,
            names=SQL(", ").join(names),
            fresh=SQL(", ").join(SQL("f.%s", name) for name in names),
            stored=SQL(", ").join(SQL("t.%s", name) for name in names),
            values=SQL(", ").join(columns.values()),
            staging=staging,
            company=company.id,
            entered=self._entered_on(SQL("t.id"), company, as_of),
            now=fields.Datetime.now(),
        )

    def _tell_left_out(self, company, frame, columns, watch, staging):
        """Name the staged customers who differ from what is stored, or are new, although a night
        would have left them out, and in what they differ.

        :param columns: see :meth:`_update_query`
        """
        Standing = self.env["customer.tier.standing"]
        labels = {name: Standing._fields[name]._description_string(self.env) for name in columns}
        for customer in watch.left_out(frame.index[frame["known"] == 0]):
            watch.add(customer, self.env._("The customer is new, and no night noticed."))
        self.env.cr.execute(self._differences_query(company, columns, watch.due.tolist(), staging))
        for customer, look, names in self.env.cr.fetchall():
            message = self.env._(
                "Something was new that no night noticed, as it was not to look before %(day)s: "
                "%(fields)s.",
                day=look and format_date(self.env, look) or "…",
                fields=format_list(self.env, [labels[name] for name in names]),
            )
            watch.add(customer, message)

    def _differences_query(self, company, columns, due, staging):
        """Customer, next look and the names of the columns in which what is stored of customers
        differs from what is staged, but for some customers."""
        pairs = [(name, SQL.identifier(name)) for name in columns]
        return SQL(
            """
            SELECT t.partner_id, t.next_look, d.names
              FROM (SELECT s.partner, %(values)s FROM %(staging)s s WHERE s.known = 1)
                   AS f (partner, %(names)s)
              JOIN customer_tier_standing t
                ON t.partner_id = f.partner AND t.company_id = %(company)s
        CROSS JOIN LATERAL (SELECT array_remove(ARRAY[%(differ)s]::varchar[], NULL)) d (names)
             WHERE d.names <> '{}' AND t.partner_id <> ALL(%(due)s)
          ORDER BY t.partner_id
            """,
            values=SQL(", ").join(columns.values()),
            names=SQL(", ").join(column for _name, column in pairs),
            differ=SQL(", ").join(
                SQL("CASE WHEN t.%s IS DISTINCT FROM f.%s THEN %s END", column, column, name)
                for name, column in pairs
            ),
            staging=staging,
            company=company.id,
            due=due,
        )

    def _entered_on(self, standing, company, as_of):
        """The day that a change has in the history, as ``SQL``: the one that was graded, or today
        where the history has gone on since then. It is told in the order in which it happened.

        :param standing: ``SQL`` of the standing's id
        """
        return SQL(
            """CASE WHEN EXISTS (SELECT FROM customer_tier_change l
                                  WHERE l.standing_id = %s AND l.date > %s)
                    THEN %s ELSE %s END::date""",
            standing,
            as_of,
            self.env["customer.tier.gather"]._today(company),
            as_of,
        )

    def _insert_query(self, company, as_of, columns, run_id, staging):
        """New standings and the first line of their history."""
        return SQL(
            """
            WITH fresh AS (
                INSERT INTO customer_tier_standing (
                    partner_id, company_id, tier_since, graded_at, %(names)s)
                SELECT s.partner, %(company)s, CASE WHEN s.tier_id > 0 THEN %(as_of)s::date END,
                       %(now)s, %(values)s
                  FROM %(staging)s s
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
            staging=staging,
            company=company.id,
            as_of=as_of,
            graded=bool(company.customer_tier_graded_on),
            now=fields.Datetime.now(),
            run=run_id,
        )

    # Customers whom no programme selects, and what was set by hand

    def _release_absent(self, company, partner_ids):
        """Show nothing any more of customers who cannot be any for a while, such as archived ones.

        Their history, what was set by hand and what protects their tier wait for them.
        """
        waiting = {column.name for column in self._standing_columns() if column.returns}
        values = {
            column.name: SQL(column.storage.empty if column.storage else "NULL")
            for column in self._standing_columns()
            if column.name not in waiting
        }
        self._clear(company, partner_ids, values | {"tier_since": SQL("NULL")})

    def _release(self, company, partner_ids, kept_ids):
        """Take the tier from customers whom no programme selects any more; their history and what
        was set by hand stay.

        :param kept_ids: those for whom the tier that was set by hand goes on to count
        """
        by_hand = SQL("partner_id = ANY(%s)", kept_ids)
        values = {
            column.name: SQL(column.storage.empty if column.storage else "NULL")
            for column in self._standing_columns()
            if not column.kept
        }
        values |= {
            "tier_id": SQL("CASE WHEN %s THEN manual_tier_id END", by_hand),
            "tier_since": SQL("CASE WHEN %s THEN tier_since END", by_hand),
        }
        self._clear(company, partner_ids, values)

    def _clear(self, company, partner_ids, values):
        """Set columns of standings, by name, and close what is asked about them."""
        if not partner_ids:
            return
        values = {**values, "graded_at": SQL("%s", fields.Datetime.now())}
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_tier_standing
                   SET %(values)s
                 WHERE company_id = %(company)s AND partner_id = ANY(%(partners)s)
                """,
                values=SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
                ),
                company=company.id,
                partners=partner_ids,
            )
        )
        self._supersede_proposals(company, SQL("SELECT unnest(%s)", partner_ids))

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

    # History

    def _tells_history(self, moves):
        """Whether there could be anything new in the history, see :meth:`_save_changes`."""
        before, tier, known, expired = (
            moves[name].to_numpy() for name in ("before", "tier", "known", "expired")
        )
        moved = (before != tier) | (known == 0) | (expired > 0)
        return bool((moved | self._lifecycle_changed(moves)).any())

    def _save_changes(self, company, moves, as_of, run_id):
        """Append to the history what changed tier or lifecycle stage among customers graded
        before, and whose tier is no longer set by hand; both changes of a customer in one line.

        :param moves: frame indexed by customer with ``before``, ``tier`` (ids, 0 for none),
            ``stage_was``, ``stage``, ``known``, ``expired``, ``direction``, ``corrected`` and
            ``undone``
        """
        before, tier, expired, known = (
            moves[name].to_numpy() for name in ("before", "tier", "expired", "known")
        )
        moved = before != tier
        changed = moved | (expired > 0) & (tier > 0) | self._lifecycle_changed(moves)
        changed &= known == 1
        if not changed.any():
            return
        changes = moves.assign(direction=moves["direction"].where(moved, "stay"))[changed]
        self.env.cr.execute(self._changes_query(company, changes, as_of, run_id))

    def _changes_query(self, company, changes, as_of, run_id):
        """Lines of history of moves that changed something, see :meth:`_save_changes`."""
        from ..grading.lifecycle import STAGES

        # No stages where only the tier changed.
        entered = self._lifecycle_changed(changes)
        stages, stages_before = (
            changes[name].where(entered, 0).astype(int).tolist() for name in ("stage", "stage_was")
        )
        return SQL(
            """
            INSERT INTO customer_tier_change (
                standing_id, from_tier_id, to_tier_id, computed_tier_id, target_tier_id,
                direction, date, reason, by_hand, score, last_order_date, policy_id, numbers,
                undone_id, from_stage, to_stage, stage_since, run_id)
            SELECT s.id, NULLIF(c.before, 0), NULLIF(c.tier, 0), s.computed_tier_id,
                   s.target_tier_id, c.direction, %(entered)s,
                   CASE WHEN c.expired > 0 THEN 'expiry'
                        WHEN c.corrected > 0 THEN 'correction' ELSE 'rule' END,
                   COALESCE(s.manual_tier_id = c.tier AND c.expired = 0, FALSE), s.score,
                   s.last_order_date, s.policy_id, s.numbers,
                   CASE WHEN c.corrected > 0 THEN NULLIF(c.undone, 0) END,
                   (%(lifecycle)s)[c.stage_was], (%(lifecycle)s)[c.stage],
                   CASE WHEN c.stage > 0 THEN s.stage_since END, %(run)s
              FROM unnest(%(partners)s, %(before)s, %(tiers)s, %(direction)s, %(expired)s,
                          %(corrected)s, %(undone)s, %(stages)s, %(stages_before)s)
                   AS c (partner, before, tier, direction, expired, corrected, undone, stage,
                         stage_was)
              JOIN customer_tier_standing s
                ON s.partner_id = c.partner AND s.company_id = %(company)s
          ORDER BY c.partner
            """,
            entered=self._entered_on(SQL("s.id"), company, as_of),
            run=run_id,
            partners=changes.index.tolist(),
            before=changes["before"].tolist(),
            tiers=changes["tier"].tolist(),
            direction=changes["direction"].tolist(),
            expired=changes["expired"].tolist(),
            corrected=changes["corrected"].tolist(),
            undone=changes["undone"].tolist(),
            lifecycle=SQL("%s::varchar[]", list(STAGES)),
            stages=stages,
            stages_before=stages_before,
            company=company.id,
        )

    def _lifecycle_changed(self, moves):
        """Who changed from one lifecycle stage to another, along ``moves``; leaving all programmes
        is no stage, and neither is what was not known before there were stages."""
        was, now = moves["stage_was"].to_numpy(), moves["stage"].to_numpy()
        return (was > 0) & (now > 0) & (was != now)

    def _last_change(self):
        """Id of the last change; others do not show before this transaction ends."""
        self.env.cr.execute("SELECT COALESCE(MAX(id), 0) FROM customer_tier_change")
        return self.env.cr.fetchone()[0]

    # Proposals: one is open exactly where a standing waits for approval

    def _supersede_proposals(self, company, partners):
        """Close the open proposals that the standings do not ask for any more.

        :param partners: ``SQL`` query of the customers just graded
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_tier_proposal p
                   SET state = 'superseded', decided_on = %(now)s
                  FROM customer_tier_standing t
                 WHERE p.state = 'open' AND p.company_id = %(company)s
                   AND t.id = p.standing_id
                   AND t.partner_id IN (%(partners)s)
                   AND (t.waiting IS DISTINCT FROM 'approval'
                        OR (t.program_id, t.computed_tier_id, t.proposed_tier_id)
                           IS DISTINCT FROM (p.program_id, p.from_tier_id, p.to_tier_id))
                """,
                now=fields.Datetime.now(),
                company=company.id,
                partners=partners,
            )
        )

    def _propose(self, company, as_of, run_id, staging):
        """Leave a proposal for who waits for approval without one."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_proposal (
                    standing_id, company_id, program_id, from_tier_id, to_tier_id, direction,
                    score, amount, run_id, date, state)
                SELECT t.id, t.company_id, t.program_id, t.computed_tier_id, t.proposed_tier_id,
                       %(direction)s, t.score, t.amount, %(run)s, %(as_of)s, 'open'
                  FROM %(staging)s s
                  JOIN customer_tier_standing t
                    ON t.partner_id = s.partner AND t.company_id = %(company)s
                  JOIN customer_tier o ON o.id = t.computed_tier_id
             LEFT JOIN customer_tier n ON n.id = t.proposed_tier_id
                 WHERE t.waiting = 'approval'
                   AND NOT EXISTS (SELECT FROM customer_tier_proposal p
                                    WHERE p.standing_id = t.id AND p.state = 'open')
                """,
                direction=direction_sql("o", "n"),
                staging=staging,
                company=company.id,
                as_of=as_of,
                run=run_id,
            )
        )

    def _apply_proposals(self, proposals):
        """Put customers into the tiers that somebody agreed to, as of today, with a line of
        history where the tier that counts changes, and queue what is to be told of it."""
        Event, companies = self.env["customer.tier.event"], proposals.company_id
        change, event = self._last_change(), Event._last_id()
        self.env.flush_all()
        for program, group in proposals.grouped("program_id").items():
            today = self.env["customer.tier.gather"]._today(program.company_id)
            self.env.cr.execute(self._approval_history_query(group, today))
            self.env.cr.execute(self._approval_query(group, program, today))
        for company in companies:
            self._enqueue(company, change)
            Event._settle(company, SQL("id > %s", event))

    def _approval_history_query(self, proposals, today):
        return SQL(
            """
            INSERT INTO customer_tier_change (
                standing_id, from_tier_id, to_tier_id, computed_tier_id, target_tier_id,
                direction, date, reason, score, last_order_date, policy_id, numbers, run_id,
                user_id)
            SELECT t.id, t.tier_id, p.to_tier_id, p.to_tier_id, t.target_tier_id,
                   p.direction, %(today)s, 'approval', t.score, t.last_order_date, t.policy_id,
                   t.numbers, p.run_id, %(user)s
              FROM customer_tier_proposal p
              JOIN customer_tier_standing t ON t.id = p.standing_id
             WHERE p.id = ANY(%(ids)s) AND t.manual_tier_id IS NULL
            """,
            today=today,
            user=self.env.uid,
            ids=proposals.ids,
        )

    def _approval_query(self, proposals, program, today):
        """The state of who enters a tier is that of grading, see ``settle.entry``."""
        from ..grading.settle import entry

        state = entry(program._movement_policy(), today)
        columns = [column for column in self._standing_columns() if column.entry]
        return SQL(
            """
            UPDATE customer_tier_standing t
               SET (%(names)s) = ROW(%(values)s),
                   computed_tier_id = p.to_tier_id,
                   tier_id = COALESCE(t.manual_tier_id, p.to_tier_id),
                   tier_since = CASE WHEN t.manual_tier_id IS NOT NULL THEN t.tier_since
                       WHEN p.to_tier_id IS NOT NULL THEN %(today)s::date END,
                   proposed_tier_id = NULL,
                   next_look = NULL,
                   next_look_cause = NULL,
                   waiting = CASE WHEN t.target_tier_id IS DISTINCT FROM p.to_tier_id
                       THEN %(waiting)s END,
                   graded_at = %(now)s
              FROM customer_tier_proposal p,
                   (SELECT %(state)s) s
             WHERE p.id = ANY(%(ids)s) AND t.id = p.standing_id
            """,
            names=SQL(", ").join(SQL.identifier(column.name) for column in columns),
            values=SQL(", ").join(column.store("s") for column in columns),
            state=SQL(", ").join(
                SQL("%s::float8 AS %s", state[column.in_frame], SQL.identifier(column.name))
                for column in columns
            ),
            today=today,
            # One level at a time, the figures ask for more.
            waiting="hold" if program.hold_months else "review",
            now=fields.Datetime.now(),
            ids=proposals.ids,
        )

    # What is to be told: queued with the change itself, in one statement for all customers

    def _tells(self, company):
        """Whether changes are told at all; in a company that was never graded completely everybody
        would hear of a tier that they have had all along."""
        return bool(company.customer_tier_graded_on) and not QUIET.is_on(self.env)

    def _wants_stages(self, company):
        """Hook: whether anything is done about changes of stage in a company; else none is
        queued."""
        return False

    def _enqueue(self, company, after):
        """Queue the changes of a company that were made after one (an id)."""
        if not self._tells(company):
            return
        self.env.cr.execute(
            SQL(
                """
                %s
                  FROM customer_tier_change c
                  JOIN customer_tier_standing s ON s.id = c.standing_id
                  JOIN customer_tier t ON t.id = COALESCE(c.to_tier_id, c.from_tier_id)
                 WHERE c.id > %s AND s.company_id = %s AND %s
              ORDER BY c.id
                    ON CONFLICT DO NOTHING
                """,
                self._event_insert(),
                after,
                company.id,
                TOLD,
            )
        )
        if self._wants_stages(company):
            self._enqueue_stages(company, after)

    def _enqueue_stages(self, company, after):
        """Queue the changes of lifecycle stage that were made after a change (an id)."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_event (
                    standing_id, company_id, program_id, kind, change_id, run_id, from_stage,
                    to_stage, date, state)
                SELECT c.standing_id, s.company_id, s.program_id, 'stage', c.id, c.run_id,
                       -- Nobody was told of where somebody unknown was before.
                       CASE WHEN c.direction <> 'first' THEN c.from_stage END, c.to_stage,
                       c.date, 'new'
                  FROM customer_tier_change c
                  JOIN customer_tier_standing s ON s.id = c.standing_id
                 WHERE c.id > %s AND s.company_id = %s
                   AND c.reason <> 'merge'
                   AND c.to_stage IS NOT NULL AND c.to_stage IS DISTINCT FROM c.from_stage
              ORDER BY c.id
                    ON CONFLICT DO NOTHING
                """,
                after,
                company.id,
            )
        )

    def _enqueue_untold(self, run):
        """Queue what a run changed and nobody was told of.

        :return: how much that is
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "%s %s ORDER BY c.id ON CONFLICT DO NOTHING",
                self._event_insert(),
                untold.rows(run),
            )
        )
        return self.env.cr.rowcount

    def _event_insert(self):
        """Changes ``c`` of standings ``s`` as events, ``t`` being the tier reached or left."""
        return SQL(
            """
            INSERT INTO customer_tier_event (
                standing_id, company_id, program_id, kind, change_id, run_id, from_tier_id,
                to_tier_id, date, state)
            SELECT c.standing_id, s.company_id, t.program_id,
                   CASE WHEN c.reason = 'correction' THEN c.reason ELSE c.direction END, c.id,
                   c.run_id,
                   c.from_tier_id, c.to_tier_id, c.date, 'new'
            """
        )

    def _enqueue_notices(self, company, as_of, run_id, staging):
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
                  FROM %(staging)s s
                  JOIN customer_tier_standing t
                    ON t.partner_id = s.partner AND t.company_id = %(company)s
                 WHERE s.notice = 1 AND (t.manual_tier_id IS NULL OR s.expired = 1)
              ORDER BY t.partner_id
                """,
                staging=staging,
                company=company.id,
                as_of=as_of,
                run=run_id,
            )
        )
