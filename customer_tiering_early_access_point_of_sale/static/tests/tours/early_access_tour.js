import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { registry } from "@web/core/registry";

const begin = () => [
    Chrome.startPoS(),
    Dialog.confirm("Open Register"),
    ProductScreen.clickDisplayedProduct("Early Kettle", true, "1.0"),
];
const choose = (name) => [
    PaymentScreen.clickPartnerButton(),
    PaymentScreen.clickCustomer(name),
    PaymentScreen.clickValidate(),
];

registry.category("web_tour.tours").add("customer_tiering_early_at_till", {
    steps: () =>
        [
            begin(),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Card"),
            PaymentScreen.clickValidate(),
            Dialog.bodyIs("Choose the customer"),
            Dialog.confirm("Ok"),
            choose("Early Plain"),
            Dialog.bodyIs("Early Plain is not in one of them"),
            Dialog.confirm("Ok"),
            choose("Early Golden"),
            ReceiptScreen.isShown(),
            Chrome.endTour(),
        ].flat(2),
});

registry.category("web_tour.tours").add("customer_tiering_early_sold_anyway", {
    steps: () =>
        [
            begin(),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Card"),
            choose("Early Plain"),
            Dialog.bodyIs("Early Plain is not in one of them"),
            Dialog.confirm("Sell It Anyway"),
            ReceiptScreen.isShown(),
            Chrome.endTour(),
        ].flat(2),
});

// What the server sends to open tills.
const tell = (name) => ({
    content: `The till is told that ${name || "nothing"} is on the list of a benefit`,
    trigger: "body",
    run() {
        const products = posmodel.models["product.template"].filter((one) => one.name === name);
        const told = posmodel.data.channels.find((one) => one.channel === "CUSTOMER_EARLY");
        told.method({ products: products.map((one) => one.id) });
    },
});

registry.category("web_tour.tours").add("customer_tiering_early_news", {
    steps: () =>
        [
            begin(),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Card"),
            tell(),
            tell("Early Kettle"),
            choose("Early Plain"),
            Dialog.bodyIs("Early Plain is not in one of them"),
            Dialog.confirm("Ok"),
            tell(),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            Chrome.endTour(),
        ].flat(2),
});
