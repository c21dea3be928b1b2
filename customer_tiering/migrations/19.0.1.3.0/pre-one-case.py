"""A customer has one open reminder over all rules: of several, the first stays and the others end
with their to-dos.
"""

MERGED = """
    WITH doubled AS (
        SELECT id FROM (
            SELECT id, ROW_NUMBER() OVER (PARTITION BY partner_id, company_id ORDER BY id) AS number
              FROM customer_reminder WHERE state = 'open') r
         WHERE number > 1
    ), gone AS (
        DELETE FROM mail_activity a USING customer_reminder r, doubled d
         WHERE r.id = d.id AND a.id = r.activity_id AND a.active)
    UPDATE customer_reminder r SET state = 'cancel', end_reason = 'merged'
      FROM doubled d WHERE d.id = r.id
"""
ENDED = """
    UPDATE customer_reminder
       SET end_reason = CASE state WHEN 'ordered' THEN 'ordered' WHEN 'done' THEN 'done'
                                   ELSE 'dismissed' END
     WHERE state <> 'open' AND end_reason IS NULL
"""


def migrate(cr, version):
    cr.execute("ALTER TABLE customer_reminder ADD COLUMN IF NOT EXISTS end_reason varchar")
    cr.execute(MERGED)
    cr.execute(ENDED)
    # There was a to-do for each, whether it is still there or not.
    cr.execute("ALTER TABLE customer_reminder ADD COLUMN IF NOT EXISTS on_desk boolean")
    cr.execute("UPDATE customer_reminder SET on_desk = TRUE WHERE on_desk IS NULL")
