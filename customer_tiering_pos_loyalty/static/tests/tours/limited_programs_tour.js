import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Order from "@point_of_sale/../tests/generic_helpers/order_widget_util";
import * as PosLoyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import { registry } from "@web/core/registry";

const choose = (name) => [ProductScreen.clickPartnerButton(), ProductScreen.clickCustomer(name)];

registry.category("web_tour.tours").add("customer_tiering_limited_programs", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.addOrderline("Coupon Coffee", "1"),
            Order.hasTotal("100.00"),
            PosLoyalty.enterCode("TILL-GOLD"),
            {
                content: "it is refused without a customer, in words",
                trigger: "body:contains('not for this customer')",
            },
            choose("Coupon Buyer"),
            Order.hasTotal("90.00"),
            choose("Coupon Stranger"),
            Order.hasTotal("100.00"),
            PosLoyalty.enterCode("TILL-GOLD"),
            Order.hasTotal("100.00"),
            choose("Coupon Buyer"),
            Order.hasTotal("90.00"),
            Chrome.endTour(),
        ].flat(2),
});
