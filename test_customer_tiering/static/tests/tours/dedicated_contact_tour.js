import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_dedicated_contact", {
    steps: () => [
        {
            content: "The card on the customer's home page",
            trigger: "#portal_client_category a[href='/my/tier']:contains('Gold')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Whom to turn to, with an address that can be clicked",
            trigger: ".o_customer_tier_page:contains('Li Na') a[href='mailto:li.na@example.com']",
        },
        {
            content: "A phone number that can be called",
            trigger: ".o_customer_tier_page a[href^='tel:']",
        },
        {
            content: "The same person among the benefits",
            trigger: ".o_customer_tier_page li:contains('Personal contact: Li Na')",
        },
    ],
});
