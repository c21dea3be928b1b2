import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("customer_tiering_automation", {
    steps: () => [
        {
            content: "A new automation rule",
            trigger: ".o_control_panel_main_buttons .o-kanban-button-new, .o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Tour: a tier was reached",
        },
        {
            content: "It goes by messages about tiers",
            trigger: ".o_field_widget[name='model_id'] input",
            run: "edit Message about a Tier Change",
        },
        {
            content: "Take the model",
            trigger: ".ui-menu-item > a:contains('Message about a Tier Change')",
            run: "click",
        },
        {
            content: "Open the triggers",
            trigger:
                ".o_field_widget[name='trigger'] input, .o_field_widget[name='trigger'] .o_select_menu_toggler",
            run: "click",
        },
        {
            content: "When the state is set",
            trigger: ".o_select_menu_item:contains('State is set to')",
            run: "click",
        },
        {
            content: "To what",
            trigger: ".o_field_widget[name='trg_selection_field_id'] input",
            run: "edit Done",
        },
        {
            content: "To done",
            trigger: ".ui-menu-item > a:contains('Done')",
            run: "click",
        },
        ...stepUtils.saveForm(),
    ],
});
