import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as ProductConfigurator from "@point_of_sale/../tests/pos/tours/utils/product_configurator_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as OfflineUtil from "@point_of_sale/../tests/generic_helpers/offline_util";
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_till", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            OfflineUtil.setOfflineMode(),
            ProductScreen.addOrderline("Tier Coffee", "1"),
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "80.00"),
            ProductScreen.clickPartnerButton(),
            {
                content: "the tier stands beside the name",
                trigger: ".customer-tier:contains('Till Gold')",
            },
            ProductScreen.clickCustomer("Gold Customer at the Till"),
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "72.00"),
            {
                content: "and on the button",
                trigger: ".set-partner:contains('Till Gold')",
            },
            ProductScreen.clickPartnerButton(),
            {
                content: "nobody is chosen any more",
                trigger: ".unselect-tag",
                run: "click",
            },
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "80.00"),
            ProductScreen.clickPartnerButton(),
            {
                content: "and again nobody",
                trigger: "button:contains('Discard')",
                run: "click",
            },
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "80.00"),
            OfflineUtil.setOnlineMode(),
            Chrome.endTour(),
        ].flat(),
});

// Whoever is chosen, and the price of what costs 100 in the catalogue and 80 on the standard list.
const CUSTOMERS = [
    ["Till Case Gold", "72.00"],
    ["Till Case Contact", "72.00"],
    ["Till Case Plain", "80.00"],
    ["Till Case Agreed", "50.00"],
    ["Till Case Promoted", "64.00"],
    ["Till Case Demoted", "80.00"],
    ["Till Case Archived", "80.00"],
    ["Till Case No Discount", "80.00"],
    ["Till Case Linked", "30.00"],
];

/** Without a connection, the price of what costs 100 for one customer after the other. */
function pay(customers) {
    return [
        Chrome.startPoS(),
        Dialog.confirm("Open Register"),
        OfflineUtil.setOfflineMode(),
        ProductScreen.addOrderline("Tier Coffee", "1"),
        customers.map(([name, price]) => [
            name ? [ProductScreen.clickPartnerButton(), ProductScreen.clickCustomer(name)] : [],
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", price),
        ]),
        OfflineUtil.setOnlineMode(),
        Chrome.endTour(),
    ].flat(4);
}

registry.category("web_tour.tours").add("customer_tiering_till_cases", {
    steps: () => pay(CUSTOMERS),
});

// The till's default list is at half price, Gold's 10 % is on top of it; the company's standard list
// is not one of the till's.
registry.category("web_tour.tours").add("customer_tiering_till_default", {
    steps: () =>
        pay([
            [null, "50.00"],
            ["Till Case Gold", "45.00"],
            ["Till Case Plain", "50.00"],
        ]),
});

// The same where the till has no default list.
registry.category("web_tour.tours").add("customer_tiering_till_catalogue", {
    steps: () =>
        pay([
            [null, "100.00"],
            ["Till Case Gold", "90.00"],
            ["Till Case Plain", "100.00"],
        ]),
});

// At the counter 80 for everybody, to take away 95; Gold's 10 % on top of both.
registry.category("web_tour.tours").add("customer_tiering_till_presets", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.addOrderline("Tier Coffee", "1"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Gold Customer at the Till"),
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "72.00"),
            ProductScreen.selectPreset("Till Counter", "Till Take-away"),
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "85.50"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Till Case Plain"),
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "95.00"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Gold Customer at the Till"),
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "85.50"),
            ProductScreen.selectPreset("Till Take-away", "Till Counter"),
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "72.00"),
            Chrome.endTour(),
        ].flat(4),
});

// Without a tier: a crate −5, coffee 100; what is ground 100, and 10 extra where it is fine.
registry.category("web_tour.tours").add("customer_tiering_till_odd", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Gold Customer at the Till"),
            ProductScreen.addOrderline("Tier Coffee", "1"),
            ProductScreen.selectedOrderlineHas("Tier Coffee", "1", "90.00"),
            ProductScreen.addOrderline("Tier Crate", "1"),
            ProductScreen.selectedOrderlineHas("Tier Crate", "1", "-5.00"),
            ProductScreen.clickDisplayedProduct("Tier Ground"),
            ProductConfigurator.pickRadio("Fine"),
            Dialog.confirm("Add"),
            ProductScreen.totalAmountIs("184.00"),
            Chrome.endTour(),
        ].flat(4),
});
