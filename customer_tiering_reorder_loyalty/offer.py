"""What an offer costs, as far as can be foretold, and what is said of it."""

from dataclasses import dataclass

from odoo.tools import format_date

COUPON, POINTS, PROMOTION = "coupon", "points", "promotion"
# Kinds of programmes that an offer can be of.
PROGRAM_TYPES = {
    COUPON: ("coupons",),
    POINTS: ("loyalty",),
    PROMOTION: ("promotion", "promo_code", "buy_x_get_y"),
}

# As long as those that coupons have.
SAMPLE_CODE = "0441-2345-6789"


@dataclass(frozen=True)
class Cost:
    """What an offer takes off a customer's usual order."""

    # In company currency.
    amount: float
    # Of the order, 0-1.
    share: float


def points_of_coupon(program):
    """So many that each reward of the programme can be had for one coupon."""
    return max(program.reward_ids.mapped("required_points"), default=1.0)


def cost(program, points, usual, company, day):
    """What the dearest reward of a programme takes off.

    :param points: that the customer gets
    :param usual: untaxed amount of its usual order, in company currency; 0 is unknown
    :return: :class:`Cost`
    """
    costs = [_of_reward(reward, points, usual, company, day) for reward in program.reward_ids]
    return max(costs, key=lambda one: (one.share, one.amount), default=Cost(0.0, 0.0))


def _of_reward(reward, points, usual, company, day):
    currency = reward.currency_id or company.currency_id

    def here(amount):
        return currency._convert(amount, company.currency_id, company, day, round=False)

    times = points / reward.required_points
    if reward.reward_type == "product":
        product = reward.reward_product_ids[:1].with_company(company)
        amount = times * reward.reward_product_qty * product.lst_price
    elif reward.discount_mode == "percent":
        # Of a part of the order it is less.
        share = min(times, 1) * reward.discount / 100
        amount = share * usual
        if reward.discount_max_amount:
            amount = min(amount, here(reward.discount_max_amount))
        return Cost(amount, amount / usual if usual else share)
    elif reward.discount_mode == "per_point":
        amount = here(points * reward.discount)
    else:
        amount = times * here(reward.discount)
    return Cost(amount, amount / usual if usual else 1.0)


def text(env, reminder):
    """One sentence for the customer, in the language of ``env``; empty without an offer.

    :param reminder: ``customer.reminder``
    """
    program = reminder.with_env(env).offer_program_id
    points = reminder.with_env(env).offer_points
    return _sentence(
        env,
        *(reminder.offer_kind, program, code(reminder)),
        *(reminder.offer_until, reminder.with_env(env).offer_card_id, points),
    )


def sample(env, step, day):
    """The same by an example: what a step of a rule may offer on a day.

    :param step: ``customer.reminder.rule.step``
    """
    program = step.with_env(env).offer_program_id
    entered = SAMPLE_CODE if step.offer == COUPON else _program_code(step.offer, program)
    card = env["loyalty.card"].new({"program_id": program.id})
    return _sentence(env, step.offer, program, entered, day, card, step._points())


def _sentence(env, kind, program, entered, day, card, points):
    if not (kind and program):
        return ""
    if kind == POINTS:
        return env._(
            "We have credited you %s, which you can use on your next order.",
            card._format_points(points).strip(),
        )
    what = " / ".join(reward.description for reward in program.reward_ids)
    words = {"what": what, "code": entered, "day": format_date(env, day)}
    if kind == COUPON:
        return env._(
            "With the code %(code)s you get on your next order until %(day)s: %(what)s.", **words
        )
    if words["code"]:
        return env._("On offer for you: %(what)s, with the code %(code)s.", **words)
    return env._("On offer for you: %(what)s.", **words)


def code(reminder):
    """What the customer enters, if anything."""
    if reminder.offer_kind == COUPON:
        return reminder.offer_card_id.code or ""
    return _program_code(reminder.offer_kind, reminder.offer_program_id)


def _program_code(kind, program):
    rules = program.rule_ids.filtered(lambda rule: rule.mode == "with_code")
    return rules[:1].code or "" if kind == PROMOTION else ""
