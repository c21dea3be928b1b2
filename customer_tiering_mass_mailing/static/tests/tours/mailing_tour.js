import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_mailing", {
    steps: () => [
        {
            content: "From the tier to a mailing",
            trigger: ".o_form_view button[name='action_mailing']",
            run: "click",
        },
        {
            content: "It goes to contacts, one of each Gold customer",
            trigger: ".o_field_widget[name='mailing_domain']:contains('1 record')",
        },
        {
            content: "Say what it is about",
            trigger:
                ".o_field_widget[name='subject'] input, .o_field_widget[name='subject'] textarea",
            run: "edit Tour news for Gold",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Saved",
            trigger:
                ".o_form_saved, .o_form_view:not(:has(.o_form_status_indicator_buttons:not(.invisible)))",
        },
    ],
});
