import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_reorder_quotation", {
    steps: () => [
        {
            content: "The customer who is expected, with a number to call",
            trigger: ".o_list_view .o_data_row:contains('Tour Regular') a[href^='tel:']",
        },
        {
            content: "One click to its quotation",
            trigger: ".o_data_row:contains('Tour Regular') button[name='action_quotation']",
            run: "click",
        },
        {
            content: "It has the customer and what it usually buys",
            trigger: ".o_form_view .o_field_widget[name='order_line']:contains('Tour Coffee')",
        },
        {
            content: "More of what the customer may want",
            trigger: "button[name='action_customer_suggest']",
            run: "click",
        },
        {
            content: "Tick the cups",
            trigger:
                ".modal .o_data_row:contains('Tour Cups') .o_field_widget[name='chosen'] input",
            run: "click",
        },
        {
            content: "Look for something else",
            trigger: ".modal .o_field_widget[name='search_text'] input",
            run: "edit Filters && press Tab",
        },
        {
            content: "The filters are there and not ticked",
            trigger:
                ".modal .o_data_row:contains('Tour Filters') .o_field_widget[name='chosen'] input:not(:checked)",
        },
        {
            content: "What was ticked is still there",
            trigger:
                ".modal .o_data_row:contains('Tour Cups') .o_field_widget[name='chosen'] input:checked",
        },
        {
            content: "Add it",
            trigger: ".modal button[name='action_add']",
            run: "click",
        },
        {
            content: "It is on the quotation",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='order_line']:contains('Tour Cups')",
        },
        {
            content: "Send it",
            trigger: "button[name='action_quotation_send']",
            run: "click",
        },
        {
            content: "By mail",
            trigger: ".modal button[name='action_send_mail']:enabled",
            run: "click",
        },
        {
            content: "It is sent",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Quotation Sent')",
        },
    ],
});

// The customer, who opened its quotation from the page that a message led to.
registry.category("web_tour.tours").add("customer_tiering_reorder_sign", {
    steps: () => [
        {
            content: "Nobody asks for a log-in",
            trigger: "body:not(:has(.oe_login_form)) a[data-bs-target='#modalaccept']:first",
            run: "click",
        },
        {
            content: "Give a name",
            trigger: ".modal.show .o_web_sign_name_and_signature input",
            run: "edit Ann Peeters",
        },
        {
            trigger: ".modal.show canvas.o_web_sign_signature",
            run: "canvasNotEmpty",
        },
        {
            content: "Sign",
            trigger: ".modal.show .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is ordered",
            trigger: ".alert-success",
        },
    ],
});
