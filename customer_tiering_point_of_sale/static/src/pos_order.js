import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    /** A customer pays by the list that its own stands for at this till, if there is one. */
    updatePricelistAndFiscalPosition(newPartner) {
        super.updatePricelistAndFiscalPosition(...arguments);
        if (this.config.use_presets && this.preset_id?.pricelist_id) {
            return;
        }
        // The raw id, as lists in other currencies are not loaded.
        const other =
            this.config._customer_tier_other_lists?.[newPartner?.raw.property_product_pricelist];
        if (other !== undefined) {
            this.setPricelist(
                this.models["product.pricelist"].get(other) || this.config.pricelist_id,
            );
        }
    },
});
