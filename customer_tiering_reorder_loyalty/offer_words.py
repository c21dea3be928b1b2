"""What is known of the effect of offers, in words."""

from odoo.addons.customer_tiering.tools import sentences
from odoo.addons.customer_tiering_reorder.effect_words import points


def say(env, known, needed):
    """
    :param known: ``effect_words.Effect`` of customers with an offer, and of those only reminded
    :param needed: by how much more of them must order so that the offer pays, 0–1; or none
    :return: text in the language of ``env``
    """
    return sentences((_effect(env, known), _pays(env, known, needed)))


def _effect(env, known):
    words = {
        "difference": points(abs(known.difference)),
        "low": points(known.low),
        "high": points(known.high),
    }
    if known.verdict == "more":
        return env._(
            "With the offer customers order %(difference)s points more often than those only "
            "reminded (95 %%: %(low)s to %(high)s).",
            **words,
        )
    if known.verdict == "less":
        return env._(
            "With the offer customers order %(difference)s points less often than those only "
            "reminded (95 %%: %(low)s to %(high)s).",
            **words,
        )
    if known.verdict == "none":
        return env._(
            "The offer has no effect: with 95 %% less than 2 points (%(low)s to %(high)s). Think "
            "about leaving it out.",
            **words,
        )
    return env._(
        "Whether the offer brings anything is not known yet: %(count)s of about %(planned)s cases.",
        count=known.cases + known.control,
        planned=int(known.planned) if known.planned != float("inf") else "?",
    )


def _pays(env, known, needed):
    if needed is None:
        return ""
    if needed == float("inf"):
        return env._("It takes all of the margin and cannot pay.")
    if known.low > needed:
        return env._("It pays: %s points would be enough.", points(needed))
    if known.high < needed:
        return env._("It does not pay: it would take %s points.", points(needed))
    return env._("It pays from %s points on.", points(needed))
