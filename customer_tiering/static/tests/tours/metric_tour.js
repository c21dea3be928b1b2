import { registry } from "@web/core/registry";

const field = (name) => `.o_field_widget[name='${name}']`;

registry.category("web_tour.tours").add("customer_tiering_record_metric", {
    steps: () => [
        {
            content: "Open a metric whose app is not there",
            trigger:
                ".o_data_row:contains('Complaints in a year'):contains('Asleep') td[name='name']",
            run: "click",
        },
        { content: "It says what it waits for", trigger: ".alert:contains('crm.claim')" },
        { content: "Back", trigger: ".breadcrumb-item a:contains('Metrics')", run: "click" },
        { content: "Make one", trigger: ".o_list_button_add", run: "click" },
        { content: "Name it", trigger: `${field("name")} input`, run: "edit Deals" },
        { content: "Its code", trigger: `${field("code")} input`, run: "edit deals" },
        {
            content: "From records",
            trigger: `${field("kind")} label:contains('Any records')`,
            run: "click",
        },
        {
            content: "Find sales orders",
            trigger: `${field("model_id")} input`,
            run: "edit Sales Order",
        },
        {
            content: "Take them",
            trigger: ".ui-menu-item > a:contains(/^Sales Order$/)",
            run: "click",
        },
        {
            content: "The way to the customer is proposed",
            trigger: `${field("partner_path")}:contains('Customer')`,
        },
        {
            content: "Choose another date",
            trigger: `${field("date_path")} .o_model_field_selector`,
            run: "click",
        },
        {
            content: "Only dates and links are offered",
            trigger:
                ".o_model_field_selector_popover:not(:has([data-name='amount_total'])) [data-name='create_date'] button",
            run: "click",
        },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        {
            content: "Preview",
            trigger: ".o_form_saved button[name='action_preview']",
            run: "click",
        },
        {
            content: "The customer has four orders",
            trigger:
                ".modal .o_data_row:contains('Tour Gold Trading') td[name='value_text']:contains('4')",
        },
        {
            content: "Open the customer",
            trigger: ".modal .o_data_row a:contains('Tour Gold Trading')",
            run: "click",
        },
        {
            content: "That is the contact",
            trigger:
                ".o_form_view .o_res_partner_form, .o_breadcrumb:contains('Tour Gold Trading')",
        },
    ],
});
