import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

// What is put on the customer's account is looked at before anything is paid: afterwards the server
// refuses it, when the goods may be in the bag already.
patch(OrderPaymentValidation.prototype, {
    async askBeforeValidation() {
        const usual = await super.askBeforeValidation(...arguments);
        return usual !== false && (await this.customerCreditAllows());
    },

    async customerCreditAllows() {
        const partner = this.order.getPartner();
        const amount = this.order.payment_ids
            .filter((payment) => payment.payment_method_id.type === "pay_later")
            .reduce((sum, payment) => sum + payment.getAmount(), 0);
        if (!partner || amount <= 0) {
            return true;
        }
        const asked = [[this.pos.session.id], partner.id, amount, this.customerCreditSettled()];
        let told = false;
        try {
            told = await this.pos.data.call("pos.session", "customer_credit_on_account", asked);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return this.customerCreditOffline();
        }
        if (!told) {
            return true;
        }
        return told.refused
            ? this.customerCreditRefused(told, asked)
            : ask(this.pos.dialog, {
                  title: _t("Over the Credit Limit"),
                  body: told.message,
                  confirmLabel: _t("Put It on Account"),
                  cancelLabel: _t("Back"),
              });
    },

    // Amount by number of the order that is settled.
    customerCreditSettled() {
        const settled = {};
        for (const line of this.order.lines) {
            const id = line.sale_order_origin_id?.id;
            if (id) {
                settled[id] = (settled[id] || 0) + line.priceIncl;
            }
        }
        return settled;
    },

    customerCreditOffline() {
        if (this.pos.config.customer_credit_refuses) {
            this.pos.dialog.add(AlertDialog, {
                title: _t("Not on Account Without a Connection"),
                body: _t(
                    "Without a connection nobody can look at the credit limit. Have the customer pay in another way, or try again later.",
                ),
            });
            return false;
        }
        return true;
    },

    async customerCreditRefused(told, asked) {
        const title = _t("Over the Credit Limit");
        if (told.requested) {
            const waiting = _t("An approval is requested already.");
            this.pos.dialog.add(AlertDialog, { title, body: `${told.message} ${waiting}` });
            return false;
        }
        const wanted = await ask(this.pos.dialog, {
            title,
            body: told.message,
            confirmLabel: _t("Request Approval"),
            cancelLabel: _t("Back"),
        });
        if (wanted) {
            const body = await this.pos.data.call(
                "pos.session",
                "customer_credit_request_on_account",
                asked,
            );
            this.pos.dialog.add(AlertDialog, { title, body });
        }
        return false;
    },
});
