import { ProductTemplateAccounting } from "@point_of_sale/app/models/accounting/product_template_accounting";
import { patch } from "@web/core/utils/patch";

// Prices of both sides come by the same steps.
const isSame = (one, other) => Math.abs(one - other) < 1e-6;

patch(ProductTemplateAccounting.prototype, {
    /**
     * A tier's discount on top of another list, as in orders: of all of the price there, with what
     * is extra for chosen attributes, which the core leaves out of lists that build on another;
     * and off of nothing that the customer gets money for, as for returned crates.
     */
    getPrice(pricelist, quantity, price_extra = 0, ...others) {
        const price = super.getPrice(...arguments);
        if (price >= 0 && !price_extra) {
            return price;
        }
        const rule = this.getCustomerTierRule(pricelist);
        if (!rule) {
            return price;
        }
        const base = rule.base_pricelist_id;
        const [, variant] = others;
        const usual = (extra) => super.getPrice(base, quantity, extra, Boolean(base), variant);
        const left = 1 - rule.percent_price / 100;
        // Another rule goes before it.
        if (!isSame(price, usual(base ? 0 : price_extra) * left)) {
            return price;
        }
        const whole = usual(price_extra);
        return whole < 0 ? whole : whole * left;
    },

    /** The rule of a tier's list for all products. */
    getCustomerTierRule(pricelist) {
        const config = this.models["pos.config"].getFirst();
        if (!config?._customer_tier_lists?.includes(pricelist?.id)) {
            return undefined;
        }
        return pricelist.item_ids.find(
            (rule) =>
                rule.compute_price === "percentage" &&
                !rule.min_quantity &&
                !rule.product_id &&
                !rule.product_tmpl_id &&
                !rule.categ_id,
        );
    },
});
