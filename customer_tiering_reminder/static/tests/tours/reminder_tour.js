import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("customer_tiering_reminder", {
    steps: () => [
        ...stepUtils.goToAppSteps("sale.sale_menu_root"),
        {
            content: "Open the menu section",
            trigger: ".o_menu_sections [data-menu-xmlid='customer_tiering.customer_menu']",
            run: "click",
        },
        {
            content: "Open the list of the day",
            trigger:
                ".dropdown-item[data-menu-xmlid='customer_tiering_reminder.customer_agenda_menu']",
            run: "click",
        },
        {
            content: "The overdue customer is in it",
            trigger: ".o_data_row:contains('Tour Late Trading'):contains('Call, and quote')",
        },
        {
            content: "Open the menu section again",
            trigger: ".o_menu_sections [data-menu-xmlid='customer_tiering.customer_menu']",
            run: "click",
        },
        {
            content: "Open the reminders",
            trigger:
                ".dropdown-item[data-menu-xmlid='customer_tiering_reminder.customer_reminder_menu']",
            run: "click",
        },
        {
            content: "The overdue customer is on somebody's desk",
            trigger: ".o_data_row:contains('Tour Late Trading') td[name='user_id']",
        },
    ],
});
