import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";

// Confirmed orders have no button that could ask: saving them makes them larger.
patch(FormController.prototype, {
    async onWillSaveRecord(record) {
        const goesOn = await super.onWillSaveRecord(...arguments);
        const { customer_credit_asks: asks, state } = record.data;
        if (goesOn === false || record.resModel !== "sale.order" || !asks || state !== "sale") {
            return goesOn;
        }
        return new Promise((resolve) => {
            const dialog = {
                title: _t("Over the Credit Limit"),
                body: _t(
                    "With what you have changed, the customer goes over its credit limit; the figures are above the order. Save it all the same?",
                ),
                confirmLabel: _t("Save Over the Limit"),
                confirm: () => resolve(true),
                cancel: () => resolve(false),
            };
            this.dialogService.add(ConfirmationDialog, dialog, { onClose: () => resolve(false) });
        });
    },
});
