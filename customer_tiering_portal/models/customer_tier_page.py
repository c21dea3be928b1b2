from odoo import api, fields, models
from odoo.addons.customer_tiering.explain import benefits
from odoo.addons.customer_tiering.explain.years import days_behind
from odoo.addons.customer_tiering.grading.policy import basis_of
from odoo.tools import format_date, formatLang

from ..page_words import PortalWords

# So many orders are on the page; all of them are under My Orders.
ORDERS = 40
# What is read of each.
ROW_FIELDS = {
    "sale.order": ["name", "date_order", "amount_untaxed", "currency_rate"],
    "account.move": ["name", "invoice_date", "amount_untaxed_signed"],
}


class CustomerTierPage(models.AbstractModel):
    """What customers read about their own tier, prepared as plain values: portal users read none
    of the records behind it, and no template reaches one."""

    _name = "customer.tier.page"
    _description = "Customer's Own Page"

    # Whose page it is

    @api.model
    def _standings_of(self, user):
        """The gradings that a user may read of on the own page: of the customer whom the user
        belongs to, in companies whose programme shows it.

        :return: ``customer.tier.standing``, with all rights
        """
        customer = user.sudo().partner_id.commercial_partner_id
        if not customer or user._is_public():
            return self.env["customer.tier.standing"].sudo()
        # sudo: portal users read no gradings; the domain is the check that this is their own.
        standings = self.env["customer.tier.standing"].sudo()
        columns = [name for name, f in standings._fields.items() if f.store and f.column_type]
        shown = [("program_id.portal_shown", "=", True), ("program_id.active", "=", True)]
        return standings.search_fetch(
            [("partner_id", "=", customer.id), *shown], columns, order="company_id"
        )

    @api.model
    def _cards(self, user):
        """The user's tiers in short, for the home page of the portal.

        :return: list of dicts of ``tier`` and ``text``
        """
        standings = self._standings_of(user)
        several = len(standings) > 1
        return [
            {
                "tier": self._badge(standing)["name"],
                "text": self.env._(
                    "%s: what your tier brings you and what leads to the next one",
                    standing.company_id.name,
                )
                if several
                else self.env._("What your tier brings you and what leads to the next one"),
            }
            for standing in standings
        ]

    @api.model
    def _pages(self, user):
        """The user's page, a section for each company.

        :return: list of dicts, see ``_page``
        """
        standings = self._standings_of(user)
        return [
            {
                **self._page(standing),
                "company": standing.company_id.name,
                "id": standing.company_id.id,
            }
            for standing in standings
        ]

    # What is on it

    def _page(self, standing):
        """What one company shows: dict of texts, numbers and lists of these. Hook: an addon adds
        what else customers read.

        :param standing: ``customer.tier.standing`` of whoever reads it, with all rights
        """
        program = standing.program_id
        parts = program._portal_parts()
        words = self._words(standing)
        # At once, instead of those of each tier.
        self.env["customer.tier.benefit"].sudo().search_fetch([("program_id", "=", program.id)])
        personal = benefits.Personal(standing.partner_id, standing.company_id)
        told = benefits.of_tier(
            standing.tier_id, "on_portal", standing.partner_id, personal=personal
        )
        page = {
            "badge": self._badge(standing),
            "more": standing.tier_id.benefits or "",
            "benefits": [{"icon": b.icon, "title": b.title, "text": b.text} for b in told],
            "since": words.since() if words else "",
            "kept": words.kept() if words else "",
            "stay": None,
            "next": None,
            "at_top": False,
            "keep": "",
            "orders": [],
            "ladder": self._ladder(standing, words, told) if "ladder" in parts else None,
            "contact": self._contact(personal) if "contact" in parts else None,
            "as_of": self._as_of(standing),
            "new": not standing.last_order_date,
        }
        if words and "progress" in parts:
            page.update(self._progress(words))
        if words and "amounts" in parts:
            page.update(self._orders(standing, words))
        return page

    def _words(self, standing):
        policies = self.env["customer.tier.policy"].sudo()
        policy = policies.search_fetch([("id", "=", standing.policy_id.id)])
        if not policy:
            return None
        words = PortalWords(standing, policy.rules, policy._values(standing.numbers))
        words.dated = "dates" in standing.program_id._portal_parts()
        return words

    def _badge(self, standing):
        tier = standing.tier_id
        return {
            "name": tier.name or self.env._("No tier yet"),
            "icon": tier.icon or "",
            "color": tier.color or 0,
        }

    def _progress(self, words):
        up, stay = words.step_up(), words.step_to_stay()
        return {
            "next": up,
            "at_top": not up,
            "stay": stay,
            "keep": "" if stay else words.to_keep(),
        }

    def _as_of(self, standing):
        day = standing._counted_on()
        if not day:
            return ""
        return self.env._(
            "Figures as of %s. An order counts from the day it is confirmed.",
            format_date(self.env, day),
        )

    def _contact(self, personal):
        if not personal["contact"]:
            return None
        return {name: personal[name] or "" for name in ("name", "email", "phone")}

    # All tiers beside each other

    def _ladder(self, standing, words, own_told=()):
        """The programme's tiers and what each gives, the own one marked.

        :param own_told: list of ``Benefit`` that the customer has
        :return: dict of ``tiers`` (name, icon, own, asks) and ``rows`` (name, icon, cells)
        """
        own = standing.tier_id
        known = words.left if words else standing.program_id.tier_ids
        tiers = (known | own).filtered(lambda tier: tier.active or tier == own)
        tiers = tiers.sorted(lambda tier: (tier.sequence, tier.id))
        if len(tiers) < 2:
            return None
        columns, rows = [], {}
        told_asks = words and "progress" in standing.program_id._portal_parts()
        for tier in tiers:
            mine = tier == own
            asks = words.asks(tier.id) if told_asks else ""
            columns.append({"name": tier.name, "icon": tier.icon or "", "own": mine, "asks": asks})
            for told in own_told if mine else benefits.of_tier(tier, "on_portal"):
                row = rows.setdefault(told.id, {"name": told.name, "icon": told.icon, "by": {}})
                row["by"][tier.id] = told.value or True
        order = self.env["customer.tier.benefit"].sudo().browse(rows)
        order = order.sorted(lambda benefit: (benefit.sequence, benefit.id))
        return {
            "tiers": columns,
            "asks": any(column["asks"] for column in columns),
            "rows": [
                {
                    "name": rows[benefit.id]["name"],
                    "icon": rows[benefit.id]["icon"],
                    "cells": [rows[benefit.id]["by"].get(tier.id, "") for tier in tiers],
                }
                for benefit in order
            ],
        }

    @api.model
    def _public_pages(self, company):
        """The tiers of a company's programmes that everybody may read of, whoever asks.

        :return: list of dicts of ``id``, ``name`` and ``ladder``, see ``_ladder``
        """
        # sudo: what these programmes show is public by their own setting.
        programs = self.env["customer.tier.program"].sudo()
        programs = programs.search([("company_id", "=", company.id), ("portal_public", "=", True)])
        pages = []
        for program in programs:
            nobody = self.env["customer.tier.standing"].sudo()
            nobody = nobody.new({"company_id": company.id, "program_id": program.id})
            policy = self.env["customer.tier.policy"].sudo()
            policy = policy.search([("program_id", "=", program.id)], order="id desc", limit=1)
            words = policy and PortalWords(nobody, policy.rules, {})
            if ladder := self._ladder(nobody, words):
                pages.append({"id": program.id, "name": program.name, "ladder": ladder})
        return pages

    # Orders that count

    def _orders(self, standing, words):
        """The documents that count at present, the latest first, with the last day of each."""
        metric = words.counted_metric()
        if not metric or not standing.last_order_date:
            return {}
        policy = standing.policy_id
        as_of = standing._counted_on() or words.today
        days = days_behind(policy, standing.numbers, as_of)
        model, domain = metric._records_behind(
            standing.partner_id, standing.company_id, *days, basis_of(policy.rules)
        )
        dated = "invoice_date" if model == "account.move" else "date_order"
        # All columns of forty orders take longer than the rest of the page.
        told = ROW_FIELDS.get(model)
        # sudo: they are the customer's own by the domain.
        found = (
            self.env[model]
            .sudo()
            .search_fetch(domain, told, order=f"{dated} desc, id desc", limit=ORDERS + 1)
        )
        zone = self.env["customer.tier.gather"]._timezone(standing.company_id)
        rows = [self._order_row(record.with_context(tz=zone), words, metric) for record in found]
        return {"orders": rows[:ORDERS], "orders_more": len(found) > ORDERS}

    def _order_row(self, record, words, metric):
        if record._name == "account.move":
            day, amount = record.invoice_date, record.amount_untaxed_signed
            url = f"/my/invoices/{record.id}"
        else:
            day = fields.Date.context_today(record, record.date_order)
            amount = record.amount_untaxed / (record.currency_rate or 1.0)
            url = f"/my/orders/{record.id}"
        currency = words.standing.currency_id
        return {
            "name": record.name,
            "url": url,
            "day": words._day(day),
            "amount": formatLang(self.env, currency.round(amount), currency_obj=currency),
            "until": words._ahead(words.counts_until(metric, day)),
        }
