"""What is said about how a programme does: the findings of ``grading.findings`` in words."""

from odoo.addons.customer_tiering.explain.words import readable, series


def sentences(advice):
    """What was found, and what to do about it.

    :param advice: ``customer.tier.advice``
    """
    return getattr(_Words(advice), f"_{advice.code}")(*(advice.numbers or []))


class _Words:
    """A method for each code."""

    def __init__(self, advice):
        self.env, self.records = advice.env, advice._records()

    def _name(self, place=0):
        return self.records[place : place + 1].display_name or ""

    def _percent(self, part):
        return readable(self.env, round(100 * part, 1))

    def _thin(self, share):
        return (
            self.env._(
                "Only %(share)s %% of the customers are in “%(tier)s”.",
                share=self._percent(share),
                tier=self._name(),
            ),
            self.env._("Ask for less, or do without the tier."),
        )

    def _swollen(self, share):
        return (
            self.env._(
                "%(share)s %% of the customers are in “%(tier)s”: it tells hardly anybody apart.",
                share=self._percent(share),
                tier=self._name(),
            ),
            self.env._("Let more of them reach the next tier, or put one between."),
        )

    def _cliff(self, count, share):
        return (
            self.env._(
                "%(count)s customers, %(share)s %% of the tier below, are within 5 %% of "
                "“%(tier)s” and just miss it.",
                count=readable(self.env, count),
                share=self._percent(share),
                tier=self._name(),
            ),
            self.env._("Tell them how little is missing, or move the threshold to where few are."),
        )

    def _heap(self, count, value):
        return (
            self.env._(
                "%(count)s customers are exactly on the threshold %(value)s of “%(tier)s”.",
                count=readable(self.env, count),
                value=readable(self.env, value),
                tier=self._name(),
            ),
            self.env._("Move the threshold to where few are, so that a cent decides about nobody."),
        )

    def _correlated(self, rho):
        return (
            self.env._(
                "“%(one)s” and “%(other)s” say the same about customers (rank correlation "
                "%(rho)s), so it counts double.",
                one=self._name(0),
                other=self._name(1),
                rho=readable(self.env, round(rho, 2)),
            ),
            self.env._("Give one of them no weight."),
        )

    def _never_veto(self):
        return (
            self.env._("The veto “%s” stops nobody.", self._name()),
            self.env._("Look at its number, or delete it."),
        )

    def _never_entry(self):
        return (
            self.env._("Nobody has entered by the rule “%s”.", self._name()),
            self.env._("Look at what it asks for, or delete it."),
        )

    def _flapping(self, now, hold, keep, level):
        helps = {
            self.env._("a guarantee of 12 months"): hold,
            self.env._("keeping the tier from 90 %"): keep,
            self.env._("one level at a time"): level,
        }
        parts = [
            self.env._("with %(what)s %(count)s", what=what, count=readable(self.env, count))
            for what, count in helps.items()
            if count is not None
        ]
        return (
            self.env._(
                "In the past year %s customers would have gone up and down, or down and up, within "
                "three months.",
                readable(self.env, now),
            ),
            self.env._("It would be: %s.", series(self.env, parts)) if parts else "",
        )

    def _drift(self, before, share):
        return (
            self.env._(
                "By the same rules %(share)s %% of the customers are in “%(tier)s” instead of "
                "%(before)s %%.",
                share=self._percent(share),
                before=self._percent(before),
                tier=self._name(),
            ),
            self.env._("Move its threshold along with what customers buy."),
        )

    def _uncovered(self, share, count):
        share = self._percent(share)
        if count == 1:
            what = self.env._("%s %% of the revenue of a year is of 1 customer in no tier.", share)
        else:
            what = self.env._(
                "%(share)s %% of the revenue of a year is of %(count)s customers in no tier.",
                share=share,
                count=readable(self.env, count),
            )
        return (
            what,
            self.env._("Widen the filter of a programme, or make one for them."),
        )

    def _unbalanced(self, count, median, tier=0, rule=0):
        known = {
            "name": self._name(),
            "count": readable(self.env, count),
            "median": readable(self.env, median),
        }
        if pool := self._pool(tier, rule):
            what = self.env._(
                "%(name)s looks after %(count)s customers of “%(pool)s”, half of the colleagues "
                "there after at most %(median)s.",
                pool=pool,
                **known,
            )
        else:
            what = self.env._(
                "%(name)s looks after %(count)s customers, half of the colleagues after at most "
                "%(median)s.",
                **known,
            )
        return what, self.env._("Hand some of them over.")

    def _pool(self, tier, rule):
        """The name of the tier or of the rule whose customers are shared among people."""
        model, id_ = ("customer.tier.service", rule) if rule else ("customer.tier", tier)
        if not id_ or model not in self.env:
            return ""
        # sudo: whoever reads the advice is told of the whole company; only the name is shown.
        return self.env[model].sudo().browse(id_).exists().name or ""

    def _never_rule(self):
        return (
            self.env._("“%s” has reminded of nobody in 90 days.", self._name()),
            self.env._("Look at whom it is for, or archive it."),
        )

    def _never_playbook(self):
        return (
            self.env._("The playbook “%s” has begun for nobody in 90 days.", self._name()),
            self.env._("Look at whom it is for, or archive it."),
        )

    def _no_effect(self, high, cases):
        return (
            self.env._(
                "Of %(cases)s cases of “%(rule)s”, customers who were reminded order at most "
                "%(high)s points more often than those held back.",
                cases=readable(self.env, cases),
                rule=self._name(),
                high=readable(self.env, round(high, 1)),
            ),
            self.env._("Say something else, at another time, or switch it off."),
        )

    def _no_effect_playbook(self, high, cases):
        return (
            self.env._(
                "Of %(cases)s cases of the playbook “%(playbook)s”, customers for whom it began "
                "order at most %(high)s points more often than those held back.",
                cases=readable(self.env, cases),
                playbook=self._name(),
                high=readable(self.env, round(high, 1)),
            ),
            self.env._("Have other steps in it, or archive it."),
        )

    def _no_effect_win_back(self, high, cases):
        return (
            self.env._(
                "Of %(cases)s customers who were lost, those who were to be won back order at most "
                "%(high)s points more often than those held back.",
                cases=readable(self.env, cases),
                high=readable(self.env, round(high, 1)),
            ),
            self.env._("Offer something else, or ask earlier."),
        )

    def _unread(self, sent, confirmed):
        return (
            self.env._(
                "Of %(sent)s messages of “%(rule)s” to customers, %(confirmed)s were answered.",
                sent=readable(self.env, sent),
                confirmed=readable(self.env, confirmed),
                rule=self._name(),
            ),
            self.env._("Write another text, or have a salesperson call."),
        )

    def _pestered(self, skipped, due):
        return (
            self.env._(
                "%(skipped)s of %(due)s messages of “%(rule)s” were not sent, as customers had "
                "just got another one.",
                skipped=readable(self.env, skipped),
                due=readable(self.env, due),
                rule=self._name(),
            ),
            self.env._("Let fewer rules write to the same customers, or allow more messages."),
        )

    def _dead_discount(self, below, percent, margin_below, margin, growth_below, growth):
        return (
            self.env._(
                "“%(tier)s” has a discount of %(percent)s %% instead of %(below)s %% in "
                "“%(lower)s”, and earns no better margin for it (%(margin)s %% instead of "
                "%(margin_below)s %%). Those who are just in it bought %(growth)s %% more in half "
                "a year, those who just missed it %(growth_below)s %%.",
                tier=self._name(0),
                lower=self._name(1),
                percent=readable(self.env, percent),
                below=readable(self.env, below),
                margin=self._percent(margin),
                margin_below=self._percent(margin_below),
                growth=self._percent(growth),
                growth_below=self._percent(growth_below),
            ),
            self.env._("Give the discount of the tier below, or another benefit."),
        )
