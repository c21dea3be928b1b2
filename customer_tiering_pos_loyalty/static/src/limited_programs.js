import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// A till without a customer sells by what is for everybody.
const mayUse = (order, program) =>
    !program?._customer_limited ||
    (order.getPartner()?.pos_customer_programs || []).includes(program.id);

patch(PosOrder.prototype, {
    _programIsApplicable(program) {
        return mayUse(this, program) && super._programIsApplicable(...arguments);
    },

    getClaimableRewards() {
        const found = super.getClaimableRewards(...arguments);
        return found.filter(({ reward }) => mayUse(this, reward.program_id));
    },
});

patch(PosStore.prototype, {
    getPotentialFreeProductRewards() {
        const order = this.getOrder();
        const found = super.getPotentialFreeProductRewards(...arguments);
        return found.filter(({ reward }) => mayUse(order, reward.program_id));
    },

    async activateCode(code) {
        const rule = this.models["loyalty.rule"].find(
            (one) => one.mode === "with_code" && [one.promo_barcode, one.code].includes(code),
        );
        if (rule && !mayUse(this.getOrder(), rule.program_id)) {
            return _t("“%s” is not for this customer.", rule.program_id.name);
        }
        return super.activateCode(...arguments);
    },
});
