import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_scenario", {
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
                this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            content: "The results follow",
            trigger: ".o_scenario_results:contains('in a lower one'):contains('Total')",
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
        {
            content: "Apply it",
            trigger: "button[name='action_apply']",
            run: "click",
        },
        {
            content: "Really",
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            content: "It is applied, and everybody is graded",
            trigger: ".o_arrow_button_current:contains('Applied')",
            timeout: 60000,
        },
    ],
});

registry.category("web_tour.tours").add("customer_tiering_scenario_after", {
    steps: () => [
        {
            content: "Who is in the tier by the new rules",
            trigger: ".o_tier_overview_tiers tr:contains('Tour Silver') td a",
            run: "click",
        },
        {
            content: "They are listed",
            trigger: ".o_list_view .o_data_row, .o_kanban_record",
        },
    ],
});

registry.category("web_tour.tours").add("customer_tiering_scenario_progress", {
    steps: () => [
        {
            content: "Have it worked out",
            trigger: "button[name='action_work_out']",
            run: "click",
        },
        {
            content: "A bar says how far it is",
            trigger: "[role='progressbar'][aria-valuenow]:not([aria-valuenow='0'])",
            timeout: 60000,
        },
        {
            content: "The results come by themselves",
            trigger: ".o_customer_tier_scenario_results:contains('By Figures')",
            timeout: 60000,
        },
        {
            content: "And the bar goes",
            trigger: "body:not(:has([role='progressbar']))",
        },
    ],
});
