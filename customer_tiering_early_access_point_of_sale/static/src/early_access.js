import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

// Products that some customers may have first are looked at before anything is paid.
patch(OrderPaymentValidation.prototype, {
    async askBeforeValidation() {
        const usual = await super.askBeforeValidation(...arguments);
        return usual !== false && (await this.customerEarlyAllows());
    },

    // What is taken back is no sale.
    customerEarlyProducts() {
        const sold = this.order.lines.filter((line) => line.qty > 0);
        const templates = sold.map((line) => line.product_id.product_tmpl_id);
        return [...new Set(templates)].filter((template) => template?.pos_customer_early);
    },

    async customerEarlyAllows() {
        const templates = this.customerEarlyProducts();
        if (!templates.length) {
            return true;
        }
        const title = _t("Not Yet for This Customer");
        const question = { title, confirmLabel: _t("Sell It Anyway"), cancelLabel: _t("Back") };
        let told = false;
        try {
            told = await this.pos.data.call("pos.session", "customer_early_at_till", [
                [this.pos.session.id],
                this.order.getPartner()?.id || false,
                templates.map((template) => template.id),
            ]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            const names = templates.map((template) => template.display_name).join(", ");
            const body = _t(
                "Only customers of some tiers may have this now: %s. Without a connection nobody can look whether this customer is in one of them.",
                names,
            );
            return ask(this.pos.dialog, { ...question, body });
        }
        if (told && told.allowed) {
            return ask(this.pos.dialog, { ...question, body: told.message });
        }
        if (told) {
            this.pos.dialog.add(AlertDialog, { title, body: told.message });
        }
        return !told;
    },
});
