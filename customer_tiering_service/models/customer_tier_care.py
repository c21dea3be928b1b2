from collections import Counter, defaultdict
from dataclasses import dataclass, field

from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.customer_tiering.bulk_fields import BulkMany2one
from odoo.addons.customer_tiering.explain.words import series
from odoo.addons.customer_tiering.tools import may_follow, works_in
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..care_rules import due_query, load_query

# What people may choose; everything else follows from it.
BY_HAND = {"user_id", "service_user_id", "note"}
# So many names are in the message of a hand-over.
NAMED_CUSTOMERS = 10


@dataclass
class Step:
    """What changes for one customer; ids, or None.

    :param rule: id of the rule that fits
    :param hand: the people were chosen by hand and stay
    :param needs: somebody of the pool is to be given
    """

    partner: int
    rule: int | None
    hand: bool
    needs: bool
    user: int | None
    service_user: int | None
    old_rule: int | None
    old_user: int | None
    old_service_user: int | None
    given: bool = False
    reason: str = "moved"

    @property
    def people_change(self):
        return (self.user, self.service_user) != (self.old_user, self.old_service_user)


@dataclass
class Plan:
    """:param steps: list of :class:`Step`
    :param before: ``Counter`` of customers by person, all rules and own ones
    :param after: the same once everything is done
    """

    steps: list = field(default_factory=list)
    before: Counter = field(default_factory=Counter)
    after: Counter = field(default_factory=Counter)


class CustomerTierCare(models.Model):
    """Who is dedicated to a customer in a company: by a rule of the programme, or chosen by hand.

    Contacts are never written: orders, reminders and pages ask here. A person once given stays
    while in the pool of the rule.
    """

    _name = "customer.tier.care"
    _description = "Dedicated People of a Customer"
    _order = "since desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        domain="[('is_company', '=', True), ('company_id', 'in', (False, company_id))]",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        index=True,
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets new quotations and reminders, unless the customer has a salesperson of its own.",
    )
    service_user_id = fields.Many2one(
        "res.users",
        string="Service Contact",
        index="btree_not_null",
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    service_id = BulkMany2one(
        "customer.tier.service",
        string="Rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    source = fields.Selection(
        [("rule", "By a rule"), ("hand", "By hand")],
        default="hand",
        required=True,
        readonly=True,
        copy=False,
    )
    since = fields.Date(
        readonly=True, copy=False, default=lambda self: self._today(self.env.company)
    )
    note = fields.Char(string="Reason", help="Why these people were chosen by hand.")
    chosen_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    why = fields.Char(compute="_compute_why", exportable=False)
    own_user_id = fields.Many2one(
        "res.users",
        string="Own Salesperson",
        compute="_compute_own_user_id",
        help="The salesperson on the contact, who goes before the dedicated one.",
    )
    change_ids = fields.Many2many(
        "customer.tier.care.change", string="History", compute="_compute_change_ids"
    )

    _partner_company = models.Constraint(
        "UNIQUE (partner_id, company_id)",
        "This customer has dedicated people already. Open that record and change them there.",
    )

    @api.depends("source", "service_id", "note", "chosen_by_id")
    @api.depends_context("lang")
    def _compute_why(self):
        for care in self:
            care.why = care._why() if may_follow(care, "service_id", "chosen_by_id") else False

    def _why(self):
        if self.source == "hand":
            words = {"name": self.chosen_by_id.sudo().name, "reason": self.note}
            return self.env._("Chosen by %(name)s: %(reason)s", **words)
        if not self.service_id:
            return False
        if not self.user_id and not self.own_user_id and self.service_id.sudo().member_ids:
            return self.env._("%s: nobody of the pool has room", self.service_id.name)
        return self.service_id.name

    @api.depends("partner_id.user_id")
    def _compute_own_user_id(self):
        for care in self:
            care.own_user_id = care.partner_id.user_id if may_follow(care, "partner_id") else False

    @api.depends("partner_id", "company_id")
    def _compute_change_ids(self):
        Change = self.env["customer.tier.care.change"]
        for care in self:
            care.change_ids = Change.search(
                [("partner_id", "=", care.partner_id.id), ("company_id", "=", care.company_id.id)]
            )

    # Whom to ask

    @api.model
    def _today(self, company):
        return self.env["customer.tier.gather"]._today(company)

    @api.model
    def _of_customers(self, customers, company):
        """The records of some customers of a company."""
        if not customers.ids or not company:
            return self.browse()
        return self.search([("partner_id", "in", customers.ids), ("company_id", "=", company.id)])

    @api.model
    def _told_of(self, partners, company):
        """Who is dedicated to the customers of some contacts, as far as the reader may be told:
        somebody may have typed any contact into an unsaved form.

        :return: dict commercial ``res.partner`` → ``customer.tier.care``, sudo
        """
        customers = partners.sudo().commercial_partner_id._origin
        # sudo: what is left below may be told, and portal users read no records.
        cares = self.sudo()._of_customers(customers, company)
        if not cares:
            return {}
        reader, user = self.sudo(False).env, self.env.user
        customers = cares.partner_id
        if user._is_internal():
            known = customers.with_env(reader)._filtered_access("read")
            customers = customers.browse(known.ids if works_in(reader, company) else ())
        elif not user._is_public():
            customers &= user.sudo().partner_id.commercial_partner_id
        return {care.partner_id: care for care in cares if care.partner_id in customers}

    @api.model
    def _terms_of(self, partners, company):
        """Payment terms by tier of contacts without terms of their own.

        :return: dict ``res.partner`` → ``account.payment.term``, without those who have none
        """
        cares = self._told_of(partners, company)
        found = {}
        for partner in partners if cares else ():
            own = partner.sudo().with_company(company)
            customer = own.commercial_partner_id
            term = cares.get(customer._origin, self).service_id.payment_term_id
            if term and not (own.property_payment_term_id or customer.property_payment_term_id):
                found[partner] = term.sudo(False)
        return found

    # What rules ask for

    @api.model
    def _plan(self, company, policies, partner_ids=None, told=True):
        """What rules would change, without changing it.

        :param policies: list of ``CareRule``; the first that fits counts
        :param told: whether somebody is told how many customers everybody has before and after;
            otherwise only those are counted among whom customers are given out
        :return: :class:`Plan`
        """
        able = self.env["customer.tier.responsible"]._able(company)
        rules = [rule.with_members(set(able.ids)) for rule in policies]
        self.env.flush_all()
        rows = self.env.execute_query(due_query(company, rules, able.ids, partner_ids))
        loads, plan = Counter(), Plan()
        plan.steps = [self._step(row, rules, set(able.ids)) for row in rows]
        # Counting everybody costs more than all the rest of an ordinary night.
        needed = {step.rule for step in plan.steps if step.needs}
        giving = [rule for rule in rules if told or rule.id in needed]
        users = {user for rule in giving for user in rule.users}
        own = told or any(rule.counts_everybody for rule in giving)
        for user, rule, count in self._loads(company, users, own):
            plan.before[user] += count
            loads[rule, user] += count
        plan.after = plan.before.copy()
        for step in plan.steps:
            if step.old_user and step.old_user != step.user:
                plan.after[step.old_user] -= 1
                loads[step.old_rule, step.old_user] -= 1
            elif step.old_user:
                # Goes on to count, for another rule.
                loads[step.old_rule, step.old_user] -= 1
                loads[step.rule, step.old_user] += 1
        self._give(plan, rules, loads)
        return plan

    def _loads(self, company, users, own=True):
        """Rows of ``load_query``, nothing where nobody is asked for."""
        return self.env.execute_query(load_query(company, users, own)) if users else []

    def _step(self, row, rules, able):
        """What changes for a customer, before anybody is given."""
        partner, number, hand, needs, wants, old_rule, old_user, old_service = row
        rule = rules[number] if number is not None else None
        keeps = wants and not needs
        user, service = (
            (old_user, old_service)
            if hand
            else (
                old_user if keeps else None,
                rule.service_user if rule else None,
            )
        )
        step = Step(
            partner, rule.id if rule else None, hand, needs and not hand, user, service, old_rule,
            old_user, old_service,
        )  # fmt: skip
        if not rule:
            step.reason = "ended"
        elif not old_rule and not old_user:
            step.reason = "given"
        elif {old_user, old_service} - able - {None} or old_rule == step.rule:
            step.reason = "left"
        if rule and old_user and not step.user and not step.needs:
            step.reason = "own"
        return step

    def _give(self, plan, rules, loads):
        """Give people of the pools to whom they are needed by."""
        from odoo.addons.customer_tiering.grading.allocation import Member, allocate

        waiting = defaultdict(list)
        for step in plan.steps:
            if step.needs:
                waiting[step.rule].append(step)
        for rule in rules:
            steps = waiting.get(rule.id, ())
            members = [
                Member(
                    user,
                    max(0, plan.after[user] if rule.way == "least" else loads[rule.id, user]),
                    weight,
                    max(0, capacity - plan.after[user]) if capacity else None,
                )
                for user, weight, capacity in rule.members
            ]
            for step, user in zip(steps, allocate(len(steps), members), strict=True):
                step.user, step.given = user, user is not None
                if user:
                    plan.after[user] += 1

    @api.model
    def _assign(self, company, partners=None):
        """Have customers of a company get whom the rules dedicate.

        :param partners: commercial partners, only these; without, all
        :return: number of customers for whom people, rule or source changed
        """
        policies = self._policies_of(company)
        if policies is None:
            return 0
        if partners is not None:
            return self._assign_some(company, policies, partners.ids)
        changed = self._assign_some(company, policies, None)
        company.sudo()._customer_care_looked(policies, self._today(company))
        return changed

    @api.model
    def _assign_changed(self, company):
        """The same as :meth:`_assign` of all, as each night asks for it: only customers are looked
        at for whom something may have changed since the last time, and everybody where rules or
        people did, and once a week.

        :return: number of customers for whom people, rule or source changed
        """
        policies = self._policies_of(company)
        if policies is None:
            return 0
        self.env.flush_all()
        settings, today = company.sudo(), self._today(company)
        changed_ids = settings._customer_care_changed(policies, today)
        count = self._assign_some(company, policies, changed_ids)
        settings._customer_care_looked(policies, today if changed_ids is None else None)
        return count

    def _policies_of(self, company):
        """The rules of a company as plain values, whoever assigns at the same moment waits; None
        where there is nothing to do."""
        rules = self.env["customer.tier.service"]._of_company(company)
        if not rules and not self.search_count([("company_id", "=", company.id)], limit=1):
            return None
        # Whoever comes second finds nothing left to do.
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(hashtext('customer_tier_care'), %s)", company.id)
        )
        return rules._policies()

    def _assign_some(self, company, policies, ids):
        """
        :param ids: of commercial partners; None for all
        """
        if ids is not None and not ids:
            return 0
        plan = self._plan(company, policies, ids, told=False)
        steps = [
            step
            for step in plan.steps
            if step.people_change or step.rule != step.old_rule or not (step.hand or step.needs)
        ]
        if steps:
            self._store(company, steps)
            self._tell_handed_over(company, steps)
        return len(steps)

    def _store(self, company, steps):
        """Write what changed, in four statements."""
        today = self._today(company)
        self._hold(steps)
        gone = [step.partner for step in steps if step.rule is None and not step.hand]
        kept = [step for step in steps if step.rule is not None or step.hand]
        self.env.cr.execute(
            SQL(
                "DELETE FROM customer_tier_care WHERE company_id = %s AND partner_id = ANY(%s)",
                company.id,
                gone,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_care AS t (
                    partner_id, company_id, service_id, user_id, service_user_id, source, since,
                    create_uid, create_date, write_uid, write_date)
                SELECT partner, %(company)s, service, person, contact, 'rule', %(today)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM UNNEST(%(partners)s::int[], %(rules)s::int[], %(users)s::int[],
                              %(contacts)s::int[]) AS x(partner, service, person, contact)
                 ORDER BY partner
                    ON CONFLICT (partner_id, company_id) DO UPDATE
                   SET service_id = EXCLUDED.service_id, user_id = EXCLUDED.user_id,
                       service_user_id = EXCLUDED.service_user_id,
                       source = CASE WHEN t.partner_id = ANY(%(hand)s) THEN t.source
                           ELSE 'rule' END,
                       note = CASE WHEN t.partner_id = ANY(%(hand)s) THEN t.note END,
                       chosen_by_id = CASE WHEN t.partner_id = ANY(%(hand)s)
                           THEN t.chosen_by_id END,
                       since = CASE WHEN (t.user_id, t.service_user_id)
                               IS DISTINCT FROM (EXCLUDED.user_id, EXCLUDED.service_user_id)
                           THEN EXCLUDED.since ELSE t.since END,
                       write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
                """,
                company=company.id,
                today=today,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                partners=[step.partner for step in kept],
                rules=[step.rule for step in kept],
                users=[step.user for step in kept],
                contacts=[step.service_user for step in kept],
                hand=[step.partner for step in kept if step.hand],
            )
        )
        self._append([step for step in steps if step.people_change], company, today)
        self.env.invalidate_all(flush=False)

    @api.model
    def _forget_rules(self, ids):
        """Have nobody be dedicated by rules that are gone; there is no foreign key to them.

        :param ids: of ``customer.tier.service``
        """
        self.env.cr.execute(
            SQL("UPDATE customer_tier_care SET service_id = NULL WHERE service_id = ANY(%s)", ids)
        )
        self.invalidate_model(["service_id"])
        self.env["customer.tier.care.change"]._forget(["service_id"], ids)

    def _hold(self, steps):
        """Keep rules and people that rows will refer to from being deleted until these are
        committed; stands in for the foreign keys that ``BulkMany2one`` does without."""
        rules = {step.rule for step in steps} - {None}
        people = {
            user
            for step in steps
            for user in (step.old_user, step.user, step.old_service_user, step.service_user)
        } - {None}
        self.env.cr.execute(
            SQL(
                """
                SELECT 1 FROM (SELECT FROM customer_tier_service WHERE id = ANY(%s)
                                  FOR KEY SHARE) r
                 UNION ALL
                SELECT 1 FROM (SELECT FROM res_users WHERE id = ANY(%s) FOR KEY SHARE) u
                """,
                list(rules),
                list(people),
            )
        )

    def _append(self, steps, company, today, author=None, note=None):
        """Lines of history."""
        columns = (
            ("partner", "int"), ("reason", "varchar"), ("old_user", "int"), ("user", "int"),
            ("old_service_user", "int"), ("service_user", "int"), ("rule", "int"),
        )  # fmt: skip
        arrays = SQL(", ").join(
            SQL("%s::%s[]", [getattr(step, name) for step in steps], SQL(kind))
            for name, kind in columns
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_care_change (
                    partner_id, reason, from_user_id, to_user_id, from_service_user_id,
                    to_service_user_id, service_id, company_id, date, author_id, note)
                SELECT x.*, %s::int, %s::date, %s::int, %s FROM UNNEST(%s) AS x
                """,
                company.id,
                today,
                author,
                note,
                arrays,
            )
        )

    @api.model
    def _fitting_count(self, company, policies, rule_id):
        """How many customers a rule fits that none before it does."""
        if not policies:
            return 0
        whens = SQL(" ").join(SQL("WHEN %s THEN %s", p.fits(), p.id) for p in policies)
        query = SQL(
            """SELECT COUNT(*) FROM customer_tier_standing s
                 JOIN res_partner p ON p.id = s.partner_id AND p.active
                WHERE s.company_id = %s AND CASE %s END = %s""",
            company.id,
            whens,
            rule_id,
        )
        return self.env.execute_query(query)[0][0]

    @api.model
    def _overloaded(self, company, policies):
        """Who has far more than the others of a pool.

        :return: dict id of the rule → ids of users
        """
        from odoo.addons.customer_tiering.grading.allocation import Member, overloaded

        if not company or not policies:
            return {}
        self.env.flush_all()
        loads = Counter()
        users = {user for rule in policies for user in rule.users}
        for user, _rule, count in self._loads(company, users):
            loads[user] += count
        return {
            rule.id: overloaded([Member(user, loads[user], w) for user, w, _most in rule.members])
            for rule in policies
        }

    # Who leaves

    @api.model
    def _hand_over(self, users):
        """Have somebody else get the customers of users who no longer work in a company."""
        domain = ["|", ("user_id", "in", users.ids), ("service_user_id", "in", users.ids)]
        for company, cares in self.search(domain).grouped("company_id").items():
            self._assign(company, cares.partner_id)

    def _tell_handed_over(self, company, steps):
        """Tell whoever has customers of somebody else from now on, and who gave them up."""
        handed = defaultdict(list)
        for step in steps:
            old, new = step.old_user, step.user
            if step.reason in ("left", "moved") and old and new and old != new:
                handed[old, new].append(step.partner)
        able = self.env["customer.tier.responsible"]._able(company) if handed else ()
        users, partners = self.env["res.users"].sudo(), self.env["res.partner"].sudo()
        for (old, new), ids in handed.items():
            old, new, customers = users.browse(old), users.browse(new), partners.browse(ids)
            for reader in (old | new) & able:
                self._tell(reader, old, new, customers)

    def _tell(self, reader, old, new, customers):
        told = self.with_context(lang=reader.lang)
        words = {"count": len(customers), "old": old.name, "new": new.name}
        subject = told.env._("%(new)s now looks after %(count)s customers of %(old)s", **words)
        names = customers[:NAMED_CUSTOMERS].mapped("display_name")
        items = Markup().join(Markup("<li>%s</li>") % name for name in names)
        more = len(customers) - len(names)
        rest = Markup("<p>%s</p>") % told.env._("and %s more", more) if more else ""
        told.env["mail.thread"].message_notify(
            partner_ids=reader.partner_id.ids,
            subject=subject,
            body=Markup("<p>%s</p><ul>%s</ul>%s") % (subject, items, rest),
        )

    # By hand

    @api.model
    def _check_users(self, users, company):
        """Have only people chosen who work in a company."""
        able = self.env["customer.tier.responsible"]._able(company)
        if wrong := (users.sudo() - able)[:1]:
            raise ValidationError(
                self.env._(
                    "%(user)s does not work in %(company)s. Choose somebody who does, or add the "
                    "company to the user.",
                    user=wrong.name,
                    company=company.name,
                )
            )

    @api.constrains("partner_id", "company_id", "user_id", "service_user_id")
    def _check_people(self):
        for care in self:
            self._check_users(care.user_id | care.service_user_id, care.company_id)
            customer = care.partner_id.commercial_partner_id
            if customer != care.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s belongs to %(customer)s, who has the dedicated people. Choose "
                        "%(customer)s.",
                        contact=care.partner_id.display_name,
                        customer=customer.display_name,
                    )
                )
            if customer.company_id and customer.company_id != care.company_id:
                raise ValidationError(
                    self.env._(
                        "%(customer)s is a customer of %(company)s only.",
                        customer=customer.display_name,
                        company=customer.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        for vals in vals_list:
            self._check_by_hand(vals, BY_HAND | {"partner_id", "company_id"})
        companies = self.env["res.company"]
        fixed = []
        for vals in vals_list:
            company = companies.browse(vals.get("company_id")) or self.env.company
            fixed.append({**vals, **self._hand_vals(vals), "since": self._today(company)})
        cares = super().create(fixed)
        for care in cares:
            care._note_by_hand(None, None)
        return cares

    def write(self, vals):
        self.check_access("write")
        chosen = {"user_id", "service_user_id", "note"} & vals.keys()
        if not chosen:
            self._check_by_hand(vals, {"since"} if self.env.su else set())
            return super().write(vals)
        self._check_by_hand({"note": self[:1].note, **vals}, BY_HAND)
        before = {care: (care.user_id.id, care.service_user_id.id) for care in self}
        result = super().write({**vals, **self._hand_vals(vals)})
        for care, (user, service) in before.items():
            if (user, service) != (care.user_id.id, care.service_user_id.id):
                super(CustomerTierCare, care).write({"since": self._today(care.company_id)})
                care._note_by_hand(user, service)
        return result

    def unlink(self):
        # Whoever lost somebody is looked at again, whatever else has changed.
        self.company_id.sudo().customer_care_complete_on = False
        return super().unlink()

    def _check_by_hand(self, vals, allowed):
        if odd := sorted(vals.keys() - allowed):
            raise UserError(
                self.env._(
                    "Only salesperson, service contact and the reason are chosen by hand, not: %s.",
                    series(self.env, odd),
                )
            )
        if allowed >= BY_HAND and not (vals.get("note") or "").strip():
            raise UserError(
                self.env._("Enter a reason: colleagues will ask why these people were chosen.")
            )

    def _hand_vals(self, vals):
        return {"source": "hand", "chosen_by_id": self.env.uid}

    def _note_by_hand(self, user, service):
        step = Step(
            self.partner_id.id, self.service_id.id or None, True, False, self.user_id.id or None,
            self.service_user_id.id or None, None, user or None, service or None, reason="hand",
        )  # fmt: skip
        self.env.flush_all()
        # sudo: the history is written by the system only; who may write this record may add to it.
        sudo = self.sudo()
        sudo._hold([step])
        sudo._append([step], self.company_id, self._today(self.company_id), self.env.uid, self.note)

    def action_follow_rules(self):
        """Give these customers whom the rules dedicate again."""
        self.check_access("write")
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE customer_tier_care SET source = 'rule' WHERE id = ANY(%s)", self.ids)
        )
        self.env.invalidate_all(flush=False)
        for company, cares in self.sudo().grouped("company_id").items():
            # A rule that gives nobody leaves nothing, and the record may be gone.
            cares._assign(company, cares.partner_id)
        if not self.exists():
            return {"type": "ir.actions.client", "tag": "history_back"}
        return True
