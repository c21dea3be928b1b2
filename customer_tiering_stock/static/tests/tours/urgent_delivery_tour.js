import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_urgent_delivery", {
    steps: () => [
        {
            content: "Open the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Those of urgent orders",
            trigger: ".o_filter_menu .o_menu_item:contains('Urgent by Tier')",
            run: "click",
        },
        {
            content: "Gold's delivery is there with its star, the other one is not",
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains('Tour Plain'))) .o_data_row:contains('Tour Golden'):has(.o_priority_star.fa-star)",
        },
        {
            content: "Open it",
            trigger: ".o_data_row:contains('Tour Golden') td[name='name']",
            run: "click",
        },
        {
            content: "Reserved and starred",
            trigger:
                ".o_form_view:has(.o_priority_star.fa-star) .o_statusbar_status .o_arrow_button_current:contains('Ready')",
        },
        {
            content: "Deliver",
            trigger: "button[name='button_validate']",
            run: "click",
        },
        {
            content: "Done",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Done')",
        },
    ],
});

registry.category("web_tour.tours").add("customer_tiering_promised", {
    steps: () => [
        {
            content: "What is promised, by tier",
            trigger: ".o_pivot_view table:contains('Gold'):contains('Tour Kettle')",
        },
        {
            content: "The moves behind it",
            trigger: ".o_cp_switch_buttons .o_list",
            run: "click",
        },
        {
            content: "With the tier",
            trigger:
                ".o_list_view .o_data_row:contains('Tour Kettle') td[name='customer_tier_id']:contains('Gold')",
        },
    ],
});
