import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

function openMenu(item) {
    return [
        {
            content: "Open the menu of customers",
            trigger: `.o_menu_sections [data-menu-xmlid="customer_tiering.customer_menu"]`,
            run: "click",
        },
        {
            content: "Open the menu entry",
            trigger: `.dropdown-item[data-menu-xmlid="customer_tiering.${item}"]`,
            run: "click",
        },
    ];
}

const row = (customer) => `.o_data_row:contains('${customer}')`;

const override = [
    ...openMenu("customer_tier_standing_menu"),
    {
        content: "Open a customer who is silver by the figures",
        trigger: `${row("Tour Promised")} td[name='partner_id']`,
        run: "click",
    },
    {
        content: "Choose a tier by hand",
        trigger: ".o_field_widget[name='manual_tier_id'] input",
        run: "edit Diamond",
    },
    {
        content: "Take it",
        trigger: ".ui-menu-item > a:contains('Diamond')",
        run: "click",
    },
    {
        content: "Say why",
        trigger: ".o_field_widget[name='manual_reason'] input",
        run: "edit Promised at the fair",
    },
    ...stepUtils.saveForm(),
    {
        content: "It counts, the computed tier stays in sight, and who did it is there",
        trigger:
            ".o_form_view:has(.oe_title .o_field_widget[name='tier_id']:contains('Diamond')):has(.o_field_widget[name='computed_tier_id']:contains('Silver')):has(.o_field_widget[name='manual_user_id']:contains('Tour Officer'))",
    },
    {
        content: "The history of the customer tells it",
        trigger:
            ".o_field_widget[name='change_ids'] .o_data_row:contains('Set by hand'):contains('Promised at the fair'):contains('Tour Officer')",
    },
];

const grade = [
    ...openMenu("customer_tier_run_menu"),
    { content: "A new run", trigger: ".o_list_button_add", run: "click" },
    {
        content: "Grade everybody",
        trigger: "button[name='action_start']:contains('Grade')",
        run: "click",
    },
    {
        content: "Nobody was promoted, two changes wait; see them",
        trigger:
            ".o_form_view:has(.o_field_widget[name='up_count']:contains('0')) button[name='action_open_proposals']:contains('2 of 2')",
        run: "click",
    },
];

const decide = [
    {
        content: "Accept one",
        trigger: `${row("Tour Rising")}:contains('Gold') button[name='action_accept']`,
        run: "click",
    },
    {
        content: "It is done, and off the list",
        trigger: `.o_notification:contains('The change is applied')`,
    },
    {
        content: "Refuse the other",
        trigger: `.o_list_view:not(:has(${row("Tour Rising")})) ${row("Tour Late")} button[name='action_refuse']`,
        run: "click",
    },
    {
        content: "Say why",
        trigger: ".modal .o_field_widget[name='reason'] input",
        run: "edit Slow payer",
    },
    { content: "Refuse", trigger: ".modal button[name='action_refuse']", run: "click" },
    {
        content: "Nothing is left to decide",
        trigger: ".o_notification:contains('The change is refused')",
    },
    {
        content: "See what was decided",
        trigger: ".o_searchview_facet:contains('To Decide') .o_facet_remove",
        run: "click",
    },
    {
        content: "Refused, why and by whom",
        trigger: `${row("Tour Late")}:contains('Refused'):contains('Slow payer'):contains('Tour Officer')`,
    },
    {
        content: "Accepted, and by whom",
        trigger: `${row("Tour Rising")}:contains('Accepted'):contains('Tour Officer')`,
    },
];

const history = [
    ...openMenu("customer_tier_change_menu"),
    {
        content: "The approved change",
        trigger: `${row("Tour Rising")}:contains('Silver'):contains('Gold'):contains('Approved'):contains('Tour Officer')`,
    },
    {
        content: "The tier that was set by hand",
        trigger: `${row("Tour Promised")}:contains('Set by hand'):contains('Tour Officer')`,
    },
    {
        content: "Nothing of the one that was refused",
        trigger: `.o_list_view:not(:has(${row("Tour Late")}))`,
    },
    {
        content: "Open the change",
        trigger: `${row("Tour Rising")} td[name='date']`,
        run: "click",
    },
    {
        content: "The figures behind it",
        trigger:
            ".o_form_view:has(.o_field_widget[name='reason']:contains('Approved')) .o_field_widget[name='explanation'] td:contains('Amount bought')",
    },
];

registry.category("web_tour.tours").add("customer_tiering_movement", {
    steps: () => [
        ...stepUtils.goToAppSteps("sale.sale_menu_root"),
        ...override,
        ...grade,
        ...decide,
        ...history,
    ],
});
