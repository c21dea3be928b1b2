import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_overview", {
    steps: () => [
        {
            content: "A number of the last months, by tier",
            trigger: ".o_tier_overview_tiers th:contains('Tour Gold')",
        },
        {
            content: "Charts are drawn",
            trigger: ".o_tier_overview_canvas:not(.d-none) canvas",
            run() {
                const { width, height } = this.anchor;
                const pixels = this.anchor.getContext("2d").getImageData(0, 0, width, height).data;
                const gold = pixels.some(
                    (value, i) =>
                        i % 4 === 0 &&
                        value === 0xe8 &&
                        pixels[i + 1] === 0xbb &&
                        pixels[i + 2] === 0x1d,
                );
                if (!gold) {
                    throw new Error("The tier has not its colour");
                }
            },
        },
        {
            content: "Another period",
            trigger: ".o_tier_overview_filters select[name='months']",
            run: "select 1",
        },
        {
            content: "Open the revenue",
            trigger: ".o_tier_overview_card:contains('500')",
            run: "click",
        },
        {
            content: "It is the month's",
            trigger: ".o_list_view .o_data_row:contains('500')",
        },
        {
            content: "Go back",
            trigger: ".o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "The choice is still there",
            trigger: ".o_tier_overview_card:contains('500')",
        },
        {
            content: "Who is in tiers today",
            trigger: ".o_tier_overview_card:contains('Customers in tiers')",
            run: "click",
        },
        {
            content: "The customer",
            trigger: ".o_data_row:contains('Tour Buyer'), .o_kanban_record:contains('Tour Buyer')",
        },
    ],
});
