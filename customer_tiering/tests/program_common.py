from .common import OWN, GradingCase, TieringCommon


class EntryCase(TieringCommon):
    """A programme of Bronze, Silver and Gold by the amount, with two rules of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=[
                "Bronze",
                {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
                {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
            ],
            domain=OWN,
        )
        cls.bronze, cls.silver, cls.gold = cls.program.tier_ids
        cls.tag = cls.env.ref("customer_tiering.tag_trade_show")
        cls.medium = cls.env["utm.medium"].create({"name": "Exhibition"})
        cls.source = cls.env["utm.source"].create({"name": "Canton Fair"})

    @classmethod
    def _rule(cls, name="Rule", **vals):
        vals = {"tier_id": cls.gold.id, **vals}
        return cls.env["customer.tier.entry.rule"].create(
            {"program_id": cls.program.id, "name": name, **vals}
        )

    @classmethod
    def _contact(cls, name="Prospect", **vals):
        return cls._create_customer(name, company_id=cls.company.id, **vals)

    def _tiers(self, *partners):
        self.assertFalse(self._grade().error_ids)
        self.env.invalidate_all()
        return [self._standing(partner).tier_id.name or "" for partner in partners]


class RecordCase(GradingCase):
    """Metrics over sale orders, which the core has: with customer, day, amount, currency and
    company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env["customer.tier.gather"]._today(cls.company)

    @classmethod
    def _create_metric(cls, user=None, **vals):
        Metric = cls.env["customer.tier.metric"]
        return (Metric.with_user(user) if user else Metric).create(cls._metric_vals(**vals))

    @classmethod
    def _metric_vals(cls, **vals):
        return {
            "name": "Own metric",
            "code": "own",
            "kind": "record",
            "model_name": "sale.order",
            "partner_path": "partner_id",
            "date_path": "date_order",
            "record_domain": "[('state', '=', 'sale')]",
            "window_months": 12,
            **vals,
        }

    def _read(self, metric, *partners, as_of=None, company=None):
        """The values of some customers, as grading would read them."""
        gather = self.env["customer.tier.gather"]
        scope = gather._scope_of([partner.id for partner in partners])
        company = company or self.company
        owners, values, others = metric._values(company, as_of or self.today, scope)
        found = dict(zip(owners.tolist(), values.tolist(), strict=True))
        self.assertEqual(len(found), len(owners), "one row per customer")
        return [found.get(partner.id, others) for partner in partners]
