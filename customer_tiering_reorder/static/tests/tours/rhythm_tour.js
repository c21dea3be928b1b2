import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_reorder_rhythm", {
    steps: () => [
        {
            content: "Open the page",
            trigger: ".o_notebook .nav-link[name='customer_rhythm']",
            run: "click",
        },
        {
            content: "Six purchases are drawn, and what comes next",
            trigger:
                ".o_customer_rhythm_row:has(.o_customer_rhythm_name:contains('Tour Coffee')):has(.o_due)",
            run() {
                const dots = document.querySelectorAll(
                    ".o_customer_rhythm_line:has(.o_due) > .o_dot",
                );
                if (dots.length !== 6) {
                    throw new Error(`${dots.length} purchases are drawn instead of 6`);
                }
                const picture = document.querySelector(".o_customer_rhythm");
                const room = document.querySelector(
                    ".o_field_one2many[name='customer_rhythm_ids']",
                );
                if (picture.offsetWidth < Math.min(room.offsetWidth, 900)) {
                    throw new Error(`It is drawn within ${picture.offsetWidth} px`);
                }
            },
        },
        {
            content: "It is told where the day comes from",
            trigger: ".o_data_row:contains('Own intervals: 5, median 30')",
        },
        {
            content: "What is bought no longer is told",
            trigger: ".alert:contains('Tour Filters')",
        },
        {
            content: "Open the orders behind it",
            trigger: ".o_customer_rhythm_name:contains('Tour Coffee')",
            run: "click",
        },
        {
            content: "All six of them",
            trigger: ".o_list_view .o_data_row:nth-child(6)",
        },
        {
            content: "Open the reports",
            trigger: ".o_menu_sections [data-menu-xmlid='sale.menu_sale_report']",
            run: "click",
        },
        {
            content: "What purchasing has to expect",
            trigger:
                ".dropdown-item[data-menu-xmlid='customer_tiering_reorder.customer_purchase_demand_menu']",
            run: "click",
        },
        {
            content: "Something is expected",
            trigger: ".o_pivot td.o_pivot_cell_value",
        },
    ],
});
