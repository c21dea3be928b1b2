from dataclasses import replace

from odoo import models

from ..explain.span import Span
from .customer_tier_metric import YEAR


class CustomerTierGather(models.AbstractModel):
    """Numbers that come with the facts, for programmes that look at years of their own."""

    _inherit = "customer.tier.gather"

    def _in_years(self, facts, program, as_of, scope):
        """Facts with what is known as of the end of the last full year, too.

        :param facts: as ``_facts`` gives them, of one programme
        :return: (facts; dict metric → error message); the same facts where a year is the last
            twelve months
        """
        if program.period == "rolling":
            return facts, {}
        metrics = (
            program._metrics()
            .sudo()
            .filtered(lambda metric: metric._has_years() and metric.code in facts.given)
        )
        yearly = metrics.filtered(lambda m: m.kind == "record" and m.window_months == YEAR)
        running, last = self._spans(facts, program, as_of)
        company = program.company_id
        _lines, now, errors = self._read_for(yearly, company, as_of, scope, running)
        _lines, then, others = self._read_for(metrics, company, as_of, scope, last)
        failed = self._unknown(errors | others)
        given = self._given_frame(facts.customers, now | failed)
        return replace(
            facts,
            given=facts.given.assign(**given),
            given_last=self._given_frame(facts.customers, then | failed),
        ), errors | others

    def _unknown(self, metrics):
        """Values of metrics that nothing is known of."""
        import numpy as np

        return {metric: (np.array([], dtype=np.int64), np.array([]), np.nan) for metric in metrics}

    def _spans(self, facts, program, as_of):
        """What has passed of the running year, and the last full one, as ``Span``."""
        import numpy as np

        from ..grading.metrics import Window, as_date
        from ..grading.years import Years

        usual = Years.of("calendar", as_of, None)
        running = Span(as_date(usual.start), as_of)
        last = Span(as_date(usual.last_start), as_date(usual.start - 1))
        if program.period == "calendar":
            return running, last
        first = Window(facts, as_of, 0).first_day
        ordered = ~np.isnan(first)
        customers = facts.customers[ordered].tolist()
        year = Years.of(program.period, as_of, first[ordered])
        start, last_start, end = (
            list(map(as_date, days.tolist()))
            for days in (year.start, year.last_start, year.start - 1)
        )
        return (
            replace(running, customers=customers, firsts=start, lasts=[as_of] * len(start)),
            replace(last, customers=customers, firsts=last_start, lasts=end),
        )
