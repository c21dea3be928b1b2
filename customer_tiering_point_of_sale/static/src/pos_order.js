import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    /** A customer pays by the list that its own stands for at this till, if there is one. */
    updatePricelistAndFiscalPosition(newPartner) {
        super.updatePricelistAndFiscalPosition(...arguments);
        this.setCustomerTierPricelist(newPartner);
    },

    /** The core forgets the customer's list, whichever way of ordering is chosen. */
    setPreset() {
        super.setPreset(...arguments);
        this.setCustomerTierPricelist(this.getPartner());
    },

    setCustomerTierPricelist(partner) {
        const pricelist = this.getCustomerTierPricelist(partner);
        if (pricelist !== false) {
            this.setPricelist(pricelist);
        }
    },

    /** The list to sell by, which may be none; false where no tier has to do with it. */
    getCustomerTierPricelist(partner) {
        const lists = this.models["product.pricelist"];
        const config = this.config;
        const isTiers = (id) => config._customer_tier_lists?.includes(id);
        // The raw id, as lists in other currencies are not loaded. Nobody chosen is `false`.
        const own = partner?.raw?.property_product_pricelist;
        const ofPreset = config.use_presets && this.preset_id?.pricelist_id;
        if (ofPreset) {
            const onTop = lists.get(config._customer_tier_preset_lists?.[ofPreset.id]?.[own]);
            return onTop || (isTiers(this.pricelist_id?.id) && ofPreset);
        }
        const other = config._customer_tier_other_lists?.[own];
        if (other !== undefined) {
            return lists.get(other) || config.pricelist_id;
        }
        return (isTiers(own) && lists.get(own)) || false;
    },
});
