import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

function openMenu(section, item) {
    return [
        {
            content: "Open the menu section",
            trigger: `.o_menu_sections [data-menu-xmlid="${section}"]`,
            run: "click",
        },
        {
            content: "Open the menu entry",
            trigger: `.dropdown-item[data-menu-xmlid="${item}"]`,
            run: "click",
        },
    ];
}

const openGrading = openMenu(
    "customer_tiering.customer_menu",
    "customer_tiering.customer_tier_standing_menu",
);

const goldQuotation = [
    ...openMenu("sale.sale_order_menu", "sale.menu_sale_quotations"),
    { content: "New quotation", trigger: ".o_list_button_add", run: "click" },
    {
        content: "Find the customer",
        trigger: ".o_field_widget[name='partner_id'] input",
        run: "edit Tour Gold",
    },
    {
        content: "Take the customer",
        trigger: ".ui-menu-item > a:contains('Tour Gold Trading')",
        run: "click",
    },
    {
        content: "The tier is shown",
        trigger: ".o_field_widget[name='customer_tier_id']:contains('Gold')",
    },
    {
        content: "The tier's pricelist is applied",
        trigger: ".o_field_widget[name='pricelist_id'] input:value('Gold (−10 %) (USD)')",
    },
];

registry.category("web_tour.tours").add("customer_tiering_first_grading", {
    steps: () => [
        ...stepUtils.goToAppSteps("sale.sale_menu_root"),
        ...openGrading,
        {
            content: "The wholesale preset shows its tiers",
            trigger: ".modal .o_field_widget[name='preview']:contains('Diamond')",
        },
        {
            content: "Ask about prices",
            trigger: ".modal button[name='action_ask_prices']",
            run: "click",
        },
        {
            content: "The latest orders are shown with and without the tier",
            trigger:
                ".modal .o_field_widget[name='price_forecast'] td:contains('Tour Gold Trading')",
        },
        {
            content: "Give the discounts",
            trigger: ".modal .o_field_widget[name='gives_prices'] input:not(:checked)",
            run: "click",
        },
        {
            content: "Grade",
            trigger: ".modal button[name='action_start']",
            run: "click",
        },
        {
            content: "Customers are graded",
            trigger:
                ".o_list_view .o_data_row:contains('Tour Gold Trading') td[name='tier_id']:contains('Gold')",
        },
        {
            content: "Open the customer's grading",
            trigger: ".o_data_row:contains('Tour Gold Trading') td[name='partner_id']",
            run: "click",
        },
        {
            content: "The score is explained",
            trigger: ".o_field_widget[name='explanation'] td:contains('Amount bought')",
        },
        {
            content: "The tier has a reason",
            trigger:
                ".o_customer_tier_why:contains('Gold because Amount bought in a year'):contains('≥')",
        },
        {
            content: "What is missing to the next tier is said",
            trigger: ".o_customer_tier_next:contains('To Diamond'):contains('more bought by')",
        },
        {
            content: "Open the orders behind the amount",
            trigger: ".o_customer_tier_explanation tr:contains('Amount bought') a",
            run: "click",
        },
        {
            content: "The orders are there",
            trigger: ".o_list_view .o_data_row td[name='amount_total']",
        },
        {
            content: "Back to the grading",
            trigger: ".breadcrumb a:contains('Tour Gold Trading')",
            run: "click",
        },
        {
            content: "Open the contact",
            trigger: "button[name='action_open_partner']",
            run: "click",
        },
        {
            content: "The badge is in the header",
            trigger: ".o_form_sheet .o_field_widget[name='customer_tier_id']:contains('Gold')",
        },
        {
            content: "Open the tier page",
            trigger: ".nav-link[name='customer_tier']",
            run: "click",
        },
        {
            content: "The history is there",
            trigger:
                ".o_field_widget[name='customer_tier_change_ids'] .o_data_row:contains('Gold')",
        },
        ...goldQuotation,
        ...stepUtils.discardForm(),
        ...openMenu("customer_tiering.customer_menu", "customer_tiering.customer_tier_change_menu"),
        {
            // Named, for the facet of the list before is still there for a moment.
            content: "Show first gradings too",
            trigger: ".o_searchview_facet:contains('Without First Gradings') .o_facet_remove",
            run: "click",
        },
        {
            content: "The history of all customers",
            trigger: ".o_list_view .o_data_row:contains('Tour Gold Trading')",
        },
    ],
});

registry.category("web_tour.tours").add("customer_tiering_salesperson", {
    steps: () => [
        ...stepUtils.goToAppSteps("sale.sale_menu_root"),
        ...openGrading,
        {
            content: "Salespeople see the grades and cannot grade",
            trigger:
                ".o_list_view:not(:has(button[name='action_grade'])) .o_data_row:contains('Tour Gold Trading')",
        },
        ...goldQuotation,
        {
            content: "Choose a product",
            trigger: ".o_field_x2many_list_row_add > a",
            run: "click",
        },
        {
            content: "Find the product",
            trigger:
                ".o_field_widget[name='product_id'] input, .o_field_widget[name='product_template_id'] input",
            run: "edit Tour Cup",
        },
        {
            content: "Take the product",
            trigger: ".ui-menu-item > a:contains('Tour Cup')",
            run: "click",
        },
        {
            content: "The price is the tier's",
            trigger: ".o_field_widget[name='tax_totals']:contains('90.00')",
        },
        ...stepUtils.saveForm(),
    ],
});
