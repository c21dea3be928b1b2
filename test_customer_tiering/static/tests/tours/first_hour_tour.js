import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// What the server needs for so many rows, on a slow machine.
const SERVER = 60000;

function step(title, label) {
    return {
        content: label,
        trigger: `.o_kanban_record:contains(${title}) button[name='action_customer_tier_open']`,
        run: "click",
    };
}

/** From a file of the old system to graded customers, as the handbook says. */
registry.category("web_tour.tours").add("customer_tiering_first_hour", {
    steps: () => [
        {
            content: "Open the menu beside the title",
            trigger:
                ".o_control_panel:has(.o_breadcrumb:contains('Getting Started')) .o_cp_action_menus button",
            run: "click",
        },
        {
            content: "The handbook is there",
            trigger: ".o_customer_tier_handbook",
        },
        step("Bring the history", "Open past orders"),
        {
            content: "Open the menu beside the title",
            trigger:
                ".o_control_panel:has(.o_breadcrumb:contains('Past Orders')) .o_cp_action_menus button",
            run: "click",
        },
        {
            content: "Import records",
            trigger: ".o-dropdown-item:contains('Import records')",
            run: "click",
        },
        {
            content: "Load the file",
            trigger: ".o_import_file",
            async run() {
                const answer = await fetch("/first_hour/orders.csv");
                const file = new File([await answer.text()], "orders.csv", { type: "text/csv" });
                const chosen = new DataTransfer();
                chosen.items.add(file);
                const input = document.querySelector(".o_control_panel input.o_input_file");
                input.files = chosen.files;
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            content: "The column with the customers was understood",
            trigger:
                ".o_import_data_content tr:contains('customer_id'):contains('Customer in the File')",
        },
        {
            content: "Import",
            trigger: ".o_control_panel button.btn-secondary:contains('Import')",
            run: "click",
        },
        {
            content: "Make contacts of customers whom nobody knows yet",
            trigger: ".o_list_view button[name='action_create_customers']",
            timeout: SERVER,
            run: "click",
        },
        {
            content: "All of them were created",
            trigger: ".o_notification:contains('Customers created: 995')",
            timeout: SERVER,
        },
        {
            content: "Back to the steps",
            trigger: ".o_menu_sections [data-menu-xmlid='sale.menu_sale_config']",
            run: "click",
        },
        {
            content: "Getting started",
            trigger:
                ".dropdown-item[data-menu-xmlid='customer_tiering_start.onboarding_onboarding_step_menu']",
            run: "click",
        },
        {
            content: "The history is ticked",
            trigger: ".o_kanban_record:contains('Bring the history') .fa-check-circle",
        },
        step("Choose a programme", "Choose a programme"),
        {
            content: "The last order is long ago",
            trigger: ".modal .o_field_widget[name='as_of_last'] input:checked",
            timeout: SERVER,
        },
        {
            content: "The preset asks for more than these customers buy: others are proposed",
            trigger: ".modal .o_field_widget[name='use_proposed'] input",
            run: "click",
        },
        {
            content: "Ask what discounts would change",
            trigger: ".modal button[name='action_ask_prices']",
            run: "click",
        },
        {
            content: "It is shown",
            trigger: ".modal .o_field_widget[name='price_forecast']:contains('Gold')",
            timeout: SERVER,
        },
        {
            content: "Grade",
            trigger: ".modal button[name='action_start']",
            run: "click",
        },
        {
            content: "Everybody is graded",
            trigger: ".o_list_view .o_control_panel .o_pager_limit:contains('995')",
            timeout: SERVER,
        },
    ],
});
