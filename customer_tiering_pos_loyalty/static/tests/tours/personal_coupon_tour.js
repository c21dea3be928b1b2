import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Order from "@point_of_sale/../tests/generic_helpers/order_widget_util";
import * as PosLoyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import { negate } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

const choose = (name) => [ProductScreen.clickPartnerButton(), ProductScreen.clickCustomer(name)];

registry.category("web_tour.tours").add("customer_tiering_personal_coupon", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.addOrderline("Coupon Coffee", "1"),
            choose("Coupon Stranger"),
            PosLoyalty.enterCode("TILL-PERSONAL"),
            {
                content: "it is refused for a stranger, in words",
                trigger: "body:contains('made out to somebody else')",
            },
            choose("Coupon Buyer"),
            PosLoyalty.enterCode("TILL-PERSONAL"),
            Order.hasTotal("90.00"),
            choose("Coupon Stranger"),
            {
                content: "the cashier is told",
                trigger: ".o_notification:contains('taken off the order')",
            },
            Order.hasTotal("100.00"),
            {
                content: "and the reward is gone",
                trigger: negate(".orderline.fst-italic"),
            },
            PosLoyalty.enterCode("TILL-ANYBODY"),
            Order.hasTotal("90.00"),
            choose("Coupon Owner"),
            // A coupon of nobody stays.
            Order.hasTotal("90.00"),
            Chrome.endTour(),
        ].flat(2),
});
