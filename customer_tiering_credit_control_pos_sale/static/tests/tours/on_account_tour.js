import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { registry } from "@web/core/registry";

const onAccount = () => [
    Chrome.startPoS(),
    Dialog.confirm("Open Register"),
    ProductScreen.clickDisplayedProduct("Coffee on Account", true, "1.0"),
    ProductScreen.clickPartnerButton(),
    ProductScreen.clickCustomer("Their Buyer"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Customer Account"),
    PaymentScreen.clickValidate(),
];

registry.category("web_tour.tours").add("customer_tiering_on_account_refused", {
    steps: () =>
        [
            onAccount(),
            Dialog.bodyIs("over its credit limit"),
            Dialog.confirm("Request Approval"),
            Dialog.bodyIs("waits for approval"),
            Dialog.confirm("Ok"),
            PaymentScreen.clickValidate(),
            Dialog.bodyIs("requested already"),
            Dialog.confirm("Ok"),
            Chrome.endTour(),
        ].flat(2),
});

registry.category("web_tour.tours").add("customer_tiering_on_account_asked", {
    steps: () =>
        [
            onAccount(),
            Dialog.bodyIs("over its credit limit"),
            Dialog.confirm("Put It on Account"),
            ReceiptScreen.isShown(),
            Chrome.endTour(),
        ].flat(2),
});
