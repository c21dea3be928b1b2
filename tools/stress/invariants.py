"""What must hold at every moment, also in the middle of a grading: one query each."""

from .data import rows

# Of customers who were merged, two histories stand one beside the other.
UNMERGED = """standing_id NOT IN (
    SELECT standing_id FROM customer_tier_change WHERE merged_from IS NOT NULL)"""
# Lines of history about the tier, with the one before.
LINES = f"""
    WITH lines AS (
        SELECT c.*, lag(c.to_tier_id) OVER w AS before, lead(c.id) OVER w IS NULL AS newest
          FROM customer_tier_change c
         WHERE c.direction <> 'stay' AND {UNMERGED}
        WINDOW w AS (PARTITION BY c.standing_id ORDER BY c.id))
"""
QUEUED = "a change after the first grading is queued once to be told"
RULES = {
    "a customer has one standing in each company": """
        SELECT partner_id, company_id, count(*) FROM customer_tier_standing
         GROUP BY 1, 2 HAVING count(*) > 1""",
    "the newest line of history leads to the tier of the standing": f"""{LINES}
        SELECT s.partner_id, s.tier_id, l.to_tier_id
          FROM customer_tier_standing s LEFT JOIN lines l ON l.standing_id = s.id AND l.newest
         WHERE s.tier_id IS DISTINCT FROM l.to_tier_id
           AND s.id IN (SELECT id FROM customer_tier_standing
                        EXCEPT SELECT standing_id FROM customer_tier_change
                                WHERE merged_from IS NOT NULL)""",
    "each line of history begins where the one before ended": f"""{LINES}
        SELECT id, standing_id, from_tier_id, before FROM lines
         WHERE from_tier_id IS DISTINCT FROM before""",
    "a run changes a customer once": f"""
        SELECT run_id, standing_id, count(*) FROM customer_tier_change
         WHERE run_id IS NOT NULL AND {UNMERGED} GROUP BY 1, 2 HAVING count(*) > 1""",
    "a run has counted what its history says": """
        SELECT r.id, r.first_count, r.up_count, r.down_count, r.correction_count, c.*
          FROM customer_tier_run r,
               LATERAL (SELECT count(*) FILTER (WHERE direction = 'first') AS first,
                               count(*) FILTER (WHERE direction = 'up') AS up,
                               count(*) FILTER (WHERE direction IN ('down', 'out')
                                                  AND reason <> 'correction') AS down,
                               count(*) FILTER (WHERE reason = 'correction') AS corrected
                          FROM customer_tier_change WHERE run_id = r.id) c
         WHERE NOT r.simulation
           AND (r.first_count, r.up_count, r.down_count, r.correction_count)
               <> (c.first, c.up, c.down, c.corrected)""",
    "a run has counted each customer in its table of movements": """
        SELECT r.id, r.customer_count, m.number
          FROM customer_tier_run r,
               LATERAL (SELECT coalesce(sum(cell.value::int), 0) AS number
                          FROM jsonb_each(r.matrix) line, jsonb_each(line.value) cell) m
         WHERE r.customer_count <> m.number""",
    "the first run has graded whom it passed, and nobody behind": """
        SELECT r.id, r.last_partner_id, r.customer_count, s.passed, s.behind
          FROM customer_tier_run r,
               LATERAL (SELECT count(*) FILTER (WHERE partner_id <= r.last_partner_id) AS passed,
                               count(*) FILTER (WHERE partner_id > r.last_partner_id) AS behind
                          FROM customer_tier_standing WHERE company_id = r.company_id) s
         WHERE r.state = 'running' AND r.id = (SELECT min(id) FROM customer_tier_run)
           AND (r.customer_count <> s.passed OR s.behind > 0)""",
    "one run of a company is under way at most": """
        SELECT company_id, count(*) FROM customer_tier_run
         WHERE state = 'running' AND NOT simulation GROUP BY 1 HAVING count(*) > 1""",
    QUEUED: """
        SELECT c.id, count(e.id)
          FROM customer_tier_change c
     LEFT JOIN customer_tier_event e ON e.change_id = c.id AND e.kind <> 'stage'
         WHERE c.direction <> 'stay' AND c.reason NOT IN ('merge', 'lock')
           AND c.run_id IS DISTINCT FROM (SELECT min(id) FROM customer_tier_run)
         GROUP BY c.id HAVING count(e.id) <> 1""",
    "what is told is told once": """
        SELECT n.number, e.number
          FROM (SELECT count(*) AS number FROM mail_message
                 WHERE model = 'res.partner' AND subtype_id = (
                    SELECT res_id FROM ir_model_data
                     WHERE module = 'customer_tiering' AND name = 'mt_tier_change')) n,
               (SELECT count(note_id) AS number FROM customer_tier_event WHERE state = 'done') e
         WHERE n.number <> e.number""",
}


def violations(name, graded_after=0):
    """One text per rule that does not hold, with some of the rows that break it.

    :param graded_after: id of the last change before the company was graded completely: nobody is
        told of a tier that was set by hand while the first grading was about to end
    """
    found = []
    for rule, statement in RULES.items():
        broken = rows(name, statement)
        if rule == QUEUED:
            broken = [row for row in broken if row[0] > graded_after]
        if broken:
            found.append(f"{rule}: not so {len(broken)} times, as in {broken[:3]}")
    return found
