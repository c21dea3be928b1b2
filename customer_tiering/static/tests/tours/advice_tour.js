import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("customer_tiering_advice", {
    steps: () => [
        {
            content: "The programme tells that there is advice and leads to it",
            trigger: ".alert:contains('1 thing to look at') a:contains('Show')",
            run: "click",
        },
        {
            content: "What is wrong and what to do",
            trigger:
                ".o_field_widget[name='advice']:contains('stays empty'):contains('Ask for more')",
        },
    ],
});
