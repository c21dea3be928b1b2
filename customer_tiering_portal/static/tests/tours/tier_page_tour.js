import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_portal_page", {
    steps: () => [
        {
            content: "The card on the customer's home page",
            trigger: "#portal_client_category a[href='/my/tier']:contains('Silver')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The tier, what is missing to the next one, with a bar",
            trigger:
                ".o_customer_tier_page:has(.o_customer_tier_badge:contains('Silver')):contains('4,199.50') .progress[role='progressbar'][aria-valuenow='79']",
        },
        {
            content: "What it brings",
            trigger: ".o_customer_tier_page:contains('Discount: 5 %')",
        },
        {
            content: "All tiers, the own one marked",
            trigger: ".o_customer_tier_ladder .o_customer_tier_own[aria-current='true']",
        },
        {
            content: "Open the orders that count",
            trigger: ".o_customer_tier_page details summary",
            run: "click",
        },
        {
            content: "One of them",
            trigger: ".o_customer_tier_page details[open] a[href^='/my/orders/']:first",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The order itself",
            trigger: "#sale_order_sidebar, .o_portal_sale_sidebar, #quote_content",
        },
    ],
});

registry.category("web_tour.tours").add("customer_tiering_portal_quotation", {
    steps: () => [
        {
            content: "The quotation tells what the tier saves",
            trigger: ".o_customer_tier_offer:contains('You save'):contains('50.00')",
        },
        {
            content: "And what it gives",
            trigger: ".o_customer_tier_offer:contains('Discount: 5 %')",
        },
    ],
});
