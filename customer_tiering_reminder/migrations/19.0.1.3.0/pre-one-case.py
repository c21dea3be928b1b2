"""A customer has one open reminder over all rules: of several, the first stays and the others end
with their to-dos.
"""

DOUBLED = """
    SELECT id, activity_id FROM (
        SELECT id, activity_id,
               ROW_NUMBER() OVER (PARTITION BY partner_id, company_id ORDER BY id) AS number
          FROM customer_reminder WHERE state = 'open') r
     WHERE number > 1
"""
ENDED = """
    UPDATE customer_reminder
       SET end_reason = CASE state WHEN 'ordered' THEN 'ordered' WHEN 'done' THEN 'done'
                                   ELSE 'dismissed' END
     WHERE state <> 'open' AND end_reason IS NULL
"""


def migrate(cr, version):
    cr.execute("ALTER TABLE customer_reminder ADD COLUMN IF NOT EXISTS end_reason varchar")
    cr.execute(DOUBLED)
    doubled = cr.fetchall()
    ids, activities = [id_ for id_, _a in doubled], [a for _id, a in doubled if a]
    cr.execute(
        "UPDATE customer_reminder SET state = 'cancel', end_reason = 'merged' WHERE id = ANY(%s)",
        [ids],
    )
    cr.execute("DELETE FROM mail_activity WHERE id = ANY(%s) AND active", [activities])
    cr.execute(ENDED)
    # There was a to-do for each, whether it is still there or not.
    cr.execute("ALTER TABLE customer_reminder ADD COLUMN IF NOT EXISTS on_desk boolean")
    cr.execute("UPDATE customer_reminder SET on_desk = TRUE WHERE on_desk IS NULL")
