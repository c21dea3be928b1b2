import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_playbook_win_back", {
    steps: () => [
        {
            content: "The playbook's activities are on the contact",
            trigger: ".o-mail-Activity:contains('Find out why the orders stopped')",
        },
        {
            content: "Say why the customer stays away",
            trigger: "button[name='action_customer_win_back']",
            run: "click",
        },
        {
            content: "Choose the reason",
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "edit Quality",
        },
        {
            content: "Take it",
            trigger: ".ui-menu-item > a:contains('Quality')",
            run: "click",
        },
        {
            content: "Not now",
            trigger: ".modal .o_field_widget[name='outcome'] label:contains('Not now')",
            run: "click",
        },
        {
            content: "Tell more",
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit Broken sacks",
        },
        {
            content: "Save",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "The question is answered, the rest of the plan goes on",
            trigger:
                ".o-mail-Chatter:not(:has(.o-mail-Activity:contains('Find out why the orders stopped'))) .o-mail-Activity:contains('Make a win-back offer')",
        },
        {
            content: "Open the apps",
            trigger: ".o_navbar_apps_menu button",
            run: "click",
        },
        {
            content: "Open Sales",
            trigger: ".o_app[data-menu-xmlid='sale.sale_menu_root']",
            run: "click",
        },
        {
            content: "Open the reports",
            trigger: ".o_menu_sections [data-menu-xmlid='sale.menu_sale_report']",
            run: "click",
        },
        {
            content: "Open the analysis",
            trigger:
                ".dropdown-item[data-menu-xmlid='customer_tiering_playbook.customer_win_back_analysis_menu']",
            run: "click",
        },
        {
            content: "The reason is counted",
            trigger: ".o_pivot th:contains('Quality')",
        },
    ],
});
