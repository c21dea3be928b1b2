import { registry } from "@web/core/registry";

const PAGE = ".o_widget_customer_tier_lazy_page";

registry.category("web_tour.tours").add("customer_tiering_contact_pages", {
    steps: () => [
        {
            content: "The page is not loaded with the contact",
            trigger: `.o_form_view:not(:has(${PAGE})) .nav-link[name='customer_tier']`,
        },
        {
            content: "Change the contact, and do not save it",
            trigger: ".o_field_widget[name='phone'] input",
            run: "edit +32 2 290 34 90",
        },
        {
            content: "Open the tier page",
            trigger: ".nav-link[name='customer_tier']",
            run: "click",
        },
        {
            content: "Nothing is known yet",
            trigger: `${PAGE} p:contains('Nobody has judged this customer yet')`,
        },
        {
            content: "Enter a value",
            trigger: `${PAGE} button[name='action_add_customer_value']`,
            run: "click",
        },
        {
            content: "Choose the metric",
            trigger: ".modal .o_field_widget[name='metric_id'] input",
            run: "edit Tour Potential",
        },
        {
            content: "Take it",
            trigger: ".ui-menu-item > a:contains('Tour Potential')",
            run: "click",
        },
        {
            content: "A number",
            trigger: ".modal .o_field_widget[name='value'] input",
            run: "edit 42",
        },
        {
            content: "Save",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The page shows the value",
            trigger: `body:not(:has(.modal)) ${PAGE} [name='customer_value_ids'] .o_data_row:contains('Tour Potential'):contains('42')`,
        },
        {
            content: "The name of the contact is still above",
            trigger: ".o_breadcrumb:contains('Tour Owner')",
        },
    ],
});
