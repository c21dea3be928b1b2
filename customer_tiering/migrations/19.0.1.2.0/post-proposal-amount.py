"""Proposals that wait for a decision show the amount that their customers bought."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE customer_tier_proposal p SET amount = s.amount
          FROM customer_tier_standing s
         WHERE s.id = p.standing_id AND p.state = 'open' AND p.amount IS NULL
        """
    )
