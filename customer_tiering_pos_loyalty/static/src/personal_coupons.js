import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// A personal coupon keeps the customer for whom its code was entered. What a till makes by itself
// has a negative number, and is everybody's.
const isForeign = (coupon, customer) =>
    coupon?.id > 0 &&
    coupon.partner_id &&
    !coupon.program_id?.is_nominative &&
    coupon.partner_id.id !== customer?.id;

patch(PosOrder.prototype, {
    setPartner() {
        super.setPartner(...arguments);
        this.customerDropForeignCoupons();
    },

    customerForeignCoupons() {
        const entered = [
            ...(this._code_activated_coupon_ids || []),
            ...(this._get_reward_lines() || []).map((line) => line.coupon_id),
        ];
        return [...new Set(entered.filter((coupon) => isForeign(coupon, this.getPartner())))];
    },

    customerDropForeignCoupons() {
        const foreign = this.customerForeignCoupons();
        if (!foreign.length) {
            return;
        }
        for (const line of this._get_reward_lines()) {
            if (foreign.includes(line.coupon_id)) {
                line.delete();
            }
        }
        this._code_activated_coupon_ids = [["unlink", ...foreign]];
    },
});

patch(PosStore.prototype, {
    setPartnerToCurrentOrder() {
        const order = this.getOrder();
        const before = order?._code_activated_coupon_ids?.length || 0;
        const result = super.setPartnerToCurrentOrder(...arguments);
        if (order && order._code_activated_coupon_ids.length < before) {
            this.notification.add(_t("The coupon of the other customer was taken off the order."), {
                type: "warning",
            });
        }
        return result;
    },
});
