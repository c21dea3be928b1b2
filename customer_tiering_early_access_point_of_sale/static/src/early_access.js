import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { formatList } from "@web/core/l10n/utils";
import { patch } from "@web/core/utils/patch";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

// Of which products the server is asked; it tells open tills when that changes.
patch(PosStore.prototype, {
    async initServerData() {
        this.data.connectWebSocket("CUSTOMER_EARLY", ({ products }) => {
            this.customerEarlyProducts = new Set(products);
        });
        const usual = await super.initServerData(...arguments);
        this.customerEarlyProducts ??= new Set(this.config._customer_early_products);
        return usual;
    },
});

// Products that some customers may have first are looked at before anything is paid.
patch(OrderPaymentValidation.prototype, {
    async askBeforeValidation() {
        const usual = await super.askBeforeValidation(...arguments);
        return usual !== false && (await this.customerEarlyAllows());
    },

    // What is taken back is no sale.
    customerEarlyTemplates() {
        const sold = this.order.lines.filter((line) => line.qty > 0);
        const templates = new Set(sold.map((line) => line.product_id.product_tmpl_id));
        return [...templates].filter((one) => this.pos.customerEarlyProducts.has(one?.id));
    },

    async customerEarlyAllows() {
        const templates = this.customerEarlyTemplates();
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
            const names = formatList(templates.map((template) => template.display_name));
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
