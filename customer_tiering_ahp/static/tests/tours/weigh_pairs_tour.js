import { registry } from "@web/core/registry";

const slider = ".modal .o_data_row:first .o_pair_slider";

registry.category("web_tour.tours").add("customer_tiering_weigh_pairs", {
    steps: () => [
        {
            content: "Open the programme",
            trigger: ".o_data_row td[name='name']:contains('Tour Pairs')",
            run: "click",
        },
        {
            content: "Open its indicators",
            trigger: ".nav-link[name='indicators']",
            run: "click",
        },
        {
            content: "Compare pairs",
            trigger: "button[name='action_weigh_pairs']",
            run: "click",
        },
        {
            content: "Equal weights begin in the middle",
            trigger: `${slider}:contains('Both are equally important')`,
        },
        {
            content: "The left one matters six times as much",
            trigger: `${slider} input`,
            run: "range -5",
        },
        {
            content: "It says so in words",
            trigger: `${slider}:contains('“Days since last order” is much more important: 6 times')`,
        },
        {
            content: "The contradiction to the other pairs is told at once",
            trigger: ".modal .o_field_widget[name='result'] .alert-warning:contains('contradict')",
        },
        {
            content: "Take the weights",
            trigger: ".modal button[name='action_use_weights']",
            run: "click",
        },
        {
            content: "They are in the programme",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='indicator_ids'] .o_data_row:first td[name='weight']:not(:contains('1.00'))",
        },
    ],
});
