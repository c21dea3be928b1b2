import { registry } from "@web/core/registry";

const PAGE = ".o_widget_customer_tier_lazy_page";

registry.category("web_tour.tours").add("customer_tiering_credit_page", {
    steps: () => [
        {
            content: "The page is not loaded with the contact",
            trigger: `.o_form_view:not(:has(${PAGE})) .nav-link[name='customer_credit']`,
        },
        {
            content: "Open the credit page",
            trigger: ".nav-link[name='customer_credit']",
            run: "click",
        },
        {
            content: "Ask for more credit",
            trigger: `${PAGE} button[name='action_request_credit']`,
            run: "click",
        },
        {
            content: "How much",
            trigger: ".modal .o_field_widget[name='amount'] input",
            run: "edit 500",
        },
        {
            content: "Why",
            trigger: ".modal .o_field_widget[name='reason'] :is(input, textarea)",
            run: "edit Large order",
        },
        {
            content: "Send the request",
            trigger: ".modal-footer button:contains('Request Approval')",
            run: "click",
        },
        {
            content: "The page shows the request",
            trigger: `body:not(:has(.modal)) ${PAGE} [name='customer_credit_approval_ids'] .o_data_row:contains('Large order')`,
        },
        {
            content: "The name of the contact is still above",
            trigger: ".o_breadcrumb:contains('Tour Owner')",
        },
    ],
});
