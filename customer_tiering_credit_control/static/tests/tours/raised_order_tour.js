import { registry } from "@web/core/registry";

const LINE = ".o_field_widget[name='order_line'] .o_data_row:first";

registry.category("web_tour.tours").add("customer_tiering_raised_order", {
    steps: () => [
        {
            content: "Nothing is said about an order as it is",
            trigger: ".o_form_view:not(:has(.o_field_widget[name='customer_credit_warning']))",
        },
        {
            content: "Edit the line",
            trigger: `${LINE} td[name='product_uom_qty']`,
            run: "click",
        },
        {
            content: "More of it",
            trigger: `${LINE} [name='product_uom_qty'] input`,
            run: "edit 8 && press Tab",
        },
        {
            content: "What it comes to is said before saving",
            trigger:
                ".o_field_widget[name='customer_credit_warning']:contains('With what you have changed')",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "Not like this",
            trigger: ".modal:contains('Over the Credit Limit') .modal-footer .btn-secondary",
            run: "click",
        },
        {
            content: "It is not saved",
            trigger: "body:not(:has(.modal)) .o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "All the same",
            trigger: ".modal .modal-footer button:contains('Save Over the Limit')",
            run: "click",
        },
        {
            content: "It is saved, with a note",
            trigger:
                "body:not(:has(.modal)) .o-mail-Message:contains('Made larger over the credit limit')",
        },
        {
            content: "Nothing is said any more",
            trigger:
                ".o_form_saved:not(:has(.o_field_widget[name='customer_credit_warning'])), .o_form_view:not(:has(.o_field_widget[name='customer_credit_warning']))",
        },
    ],
});
