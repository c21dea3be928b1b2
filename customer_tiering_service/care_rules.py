"""Rules on who looks after customers as plain values, and the SQL of which one fits whom."""

from dataclasses import dataclass, replace

from odoo.tools import SQL


@dataclass(frozen=True)
class CareRule:
    """One rule, with the people who still work in its company.

    :param id: of ``customer.tier.service``; 0 for one that is not saved
    :param way: ``least`` or ``turns``
    :param service_user: id of the service contact, or None
    :param members: tuple of ``(user, weight, capacity)``; capacity 0 for any number
    """

    id: int
    program: int
    tiers: tuple = ()
    stage: str | None = None
    countries: tuple = ()
    states: tuple = ()
    zip_from: str | None = None
    zip_to: str | None = None
    way: str = "least"
    service_user: int | None = None
    members: tuple = ()

    @property
    def users(self):
        return [user for user, _weight, _capacity in self.members]

    @property
    def counts_everybody(self):
        """Whether who gets a customer depends on all customers that people have, and not on those
        by this rule alone."""
        return self.way == "least" or any(capacity for _user, _weight, capacity in self.members)

    def with_members(self, able):
        """This rule with those of its people who are among some ids."""
        members = tuple(member for member in self.members if member[0] in able)
        service = self.service_user if self.service_user in able else None
        return replace(self, members=members, service_user=service)

    def fits(self):
        """Whether it is for the customer ``p`` of a standing ``s``, as ``SQL``."""
        tiers = SQL("s.tier_id = ANY(%s)", list(self.tiers))
        parts = [
            SQL("s.program_id = %s", self.program),
            tiers if self.tiers else SQL("s.tier_id IS NOT NULL"),
        ]
        if self.stage:
            parts.append(SQL("s.lifecycle_stage = %s", self.stage))
        if self.countries:
            parts.append(SQL("p.country_id = ANY(%s)", list(self.countries)))
        if self.states:
            parts.append(SQL("p.state_id = ANY(%s)", list(self.states)))
        code = SQL("""UPPER(REPLACE(p.zip, ' ', '')) COLLATE "C" """)
        if self.zip_from:
            parts.append(SQL("%s >= %s", code, self.zip_from))
        if self.zip_to:
            # 19 includes 19999.
            parts.append(SQL("LEFT(%s, LENGTH(%s)) <= %s", code, self.zip_to, self.zip_to))
        return SQL(" AND ").join(parts)


def plain_zip(text):
    """A postal code as it is compared: without spaces, in capitals."""
    return (text or "").replace(" ", "").upper() or None


def due_query(company, rules, able, partner_ids=None):
    """The customers of a company for whom something would change, the largest first.

    :param rules: list of :class:`CareRule` of people who are able, the first that fits counts
    :param able: ids of the users who work in the company
    :param partner_ids: only these
    :return: ``SQL`` of rows (partner, number of the rule or None, whether the people were chosen
        by hand and stay, whether somebody of the pool is to be given, whether the rule has
        somebody for the customer at all, rule, person and service contact at present)
    """
    fitting = SQL("NULL::int")
    if rules:
        whens = SQL(" ").join(
            SQL("WHEN %s THEN %s", rule.fits(), number) for number, rule in enumerate(rules)
        )
        fitting = SQL("CASE %s END", whens)
    pool = [(number, user) for number, rule in enumerate(rules) for user in rule.users]
    some = SQL("TRUE") if partner_ids is None else SQL("partner_id = ANY(%s)", list(partner_ids))
    return SQL(
        """
        WITH fits AS (
            SELECT s.partner_id, s.amount, %(fitting)s AS rule,
                   (p.user_id = ANY(%(able)s)) IS TRUE AS own
              FROM (SELECT * FROM customer_tier_standing
                     WHERE company_id = %(company)s AND %(some)s) s
              JOIN res_partner p ON p.id = s.partner_id AND p.active
        ), care AS (
            SELECT *, source = 'hand'
                      AND (user_id IS NULL OR user_id = ANY(%(able)s))
                      AND (service_user_id IS NULL OR service_user_id = ANY(%(able)s)) AS hand
              FROM customer_tier_care WHERE company_id = %(company)s AND %(some)s
        ), rule AS (
            SELECT * FROM UNNEST(%(numbers)s::int[], %(ids)s::int[], %(services)s::int[],
                                 %(pooled)s::bool[]) AS r(number, id, service_user, pooled)
        ), pool AS (
            SELECT * FROM UNNEST(%(pool_rules)s::int[], %(pool_users)s::int[]) AS m(number, user_id)
        ), found AS (
            SELECT COALESCE(f.partner_id, c.partner_id) AS partner_id, f.amount, r.number,
                   COALESCE(c.hand, FALSE) AS hand,
                   COALESCE(r.pooled AND NOT f.own AND m.user_id IS NULL, FALSE) AS needs,
                   COALESCE(r.pooled AND NOT f.own, FALSE) AS wants,
                   r.id AS fresh_rule, r.service_user AS fresh_service,
                   c.service_id, c.user_id, c.service_user_id, c.source
              FROM fits f
         FULL JOIN care c ON c.partner_id = f.partner_id
         LEFT JOIN rule r ON r.number = f.rule
         LEFT JOIN pool m ON m.number = f.rule AND m.user_id = c.user_id
        )
        SELECT partner_id, number, hand, needs, wants, service_id, user_id, service_user_id
          FROM found
         WHERE service_id IS DISTINCT FROM fresh_rule
            OR NOT hand AND (
                service_user_id IS DISTINCT FROM fresh_service
                OR needs OR NOT wants AND user_id IS NOT NULL OR source = 'hand')
         ORDER BY amount DESC NULLS LAST, partner_id
        """,
        fitting=fitting,
        able=list(able),
        company=company.id,
        some=some,
        numbers=list(range(len(rules))),
        ids=[rule.id for rule in rules],
        services=[rule.service_user for rule in rules],
        pooled=[bool(rule.members) for rule in rules],
        pool_rules=[number for number, _user in pool],
        pool_users=[user for _number, user in pool],
    )


def changed_query(company, change_id, since, capped):
    """The customers of a company for whom the rules may ask for something else than at the last
    look: who came to another tier, programme or stage, and whose contact somebody has changed.

    :param change_id: the last line of history that was looked at
    :param since: moment from which changes of contacts count
    :param capped: ids of rules of whose people some take no more than so many; who waits for room
        there is looked at again
    :return: ``SQL`` of ids
    """
    return SQL(
        """
        SELECT s.partner_id
          FROM customer_tier_change c
          JOIN customer_tier_standing s ON s.id = c.standing_id AND s.company_id = %(company)s
         WHERE c.id > %(change)s
         UNION
        SELECT p.id FROM res_partner p
         WHERE p.write_date >= %(since)s AND p.commercial_partner_id = p.id
         UNION
        SELECT care.partner_id
          FROM customer_tier_care care
          JOIN res_partner p ON p.id = care.partner_id AND p.user_id IS NULL
         WHERE care.company_id = %(company)s AND care.service_id = ANY(%(capped)s)
           AND care.user_id IS NULL
        """,
        company=company.id,
        change=change_id,
        since=since,
        capped=list(capped),
    )


def load_query(company, users, own=True):
    """Whom some people look after in a company: rows (person, rule or None, number of customers).
    Who has an own salesperson counts for that one.

    :param users: ids of these people
    :param own: whether those are counted whose own salesperson they are: a look at all contacts
    """
    given = SQL(
        """
        SELECT user_id, service_id, COUNT(*)
          FROM customer_tier_care
         WHERE company_id = %s AND user_id = ANY(%s)
      GROUP BY user_id, service_id
        """,
        company.id,
        list(users),
    )
    if not own:
        return given
    return SQL(
        """
        %s
     UNION ALL
        SELECT p.user_id, NULL, COUNT(*)
          FROM res_partner p
          JOIN customer_tier_standing s ON s.partner_id = p.id AND s.company_id = %s
         WHERE p.user_id = ANY(%s) AND p.active AND s.tier_id IS NOT NULL
      GROUP BY p.user_id
        """,
        given,
        company.id,
        list(users),
    )
