import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_try_and_see", {
    steps: () => [
        {
            content: "Try what is advised",
            trigger: ".o_data_row:contains('just miss it') button[name='action_try']",
            run: "click",
        },
        {
            content: "See who would move",
            trigger: ".o_scenario_results:contains('would be in a higher tier')",
        },
        {
            content: "Move the threshold among the customers",
            trigger: ".o_scenario_slider",
            run() {
                this.anchor.value = 900;
                this.anchor.dispatchEvent(new Event("input", { bubbles: true }));
                this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            content: "The results follow",
            trigger: ".o_scenario_results:contains('in a lower one')",
        },
        {
            content: "Compare it with another idea",
            trigger: ".o_field_widget[name='compare_ids'] input",
            run: "edit Another",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item a:contains('Another idea')",
            run: "click",
        },
        {
            content: "Both stand side by side",
            trigger: ".o_scenario_results:contains('Side by Side'):contains('Another idea')",
        },
        {
            content: "Whoever falls keeps the tier for a while",
            trigger:
                ".o_field_widget[name='keep_until'] input, .o_field_widget[name='keep_until'] button",
            run: "click",
        },
        {
            content: "Type the day",
            trigger: ".o_field_widget[name='keep_until'] input",
            run: "edit +30d && press Tab",
        },
        { content: "Apply it", trigger: "button[name='action_apply']", run: "click" },
        { content: "Really", trigger: ".modal .btn-primary", run: "click" },
        {
            content: "It is applied, and everybody is graded",
            trigger: ".o_arrow_button_current:contains('Applied')",
            timeout: 60000,
        },
        {
            content: "See how the programme does",
            trigger: "body",
            run: () =>
                odoo.__WOWL_DEBUG__.root.env.services.action.doAction(
                    "spreadsheet_dashboard.ir_actions_dashboard_action",
                ),
        },
        {
            content: "Open the dashboard of today",
            trigger: ".o_search_panel header:contains('Customer Tiers')",
            run() {
                const section = this.anchor.closest("section");
                section.querySelector(".o_search_panel_category_value").click();
            },
        },
        {
            content: "It is drawn",
            trigger: ".o-spreadsheet .o-figure canvas",
        },
        {
            content: "The card of customers in tiers",
            trigger: ".o-spreadsheet .o-figure canvas[role='button']",
            run: "click",
        },
        {
            content: "Opens them",
            trigger: ".o_list_view .o_data_row:contains('Tour Silver')",
        },
    ],
});
