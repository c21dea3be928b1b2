import { registry } from "@web/core/registry";

/** The model of the spreadsheet that is shown. */
function shownModel() {
    const waiting = [odoo.__WOWL_DEBUG__.root.__owl__];
    while (waiting.length) {
        const node = waiting.pop();
        const { model } = node.component.props;
        if (model?.getters?.getSheetIds) {
            return model;
        }
        waiting.push(...Object.values(node.children));
    }
    throw new Error("There is no spreadsheet");
}

/** Whether everything has come, and none of it is an error. */
function check() {
    const { getters } = shownModel();
    const wrong = [];
    for (const sheetId of getters.getSheetIds()) {
        for (const cell of Object.values(getters.getEvaluatedCells(sheetId))) {
            if (cell.type === "error") {
                wrong.push(`${cell.value} ${cell.message}`);
            }
        }
        for (const figure of getters.getFigures(sheetId)) {
            const definition = getters.getChartDefinition(
                getters.getChartIdFromFigureId?.(figure.id) || figure.id,
            );
            if (!definition) {
                wrong.push(`No chart ${figure.id}`);
            }
        }
    }
    return wrong;
}

async function loaded() {
    for (let round = 0; round < 100; round++) {
        const wrong = check();
        if (!wrong.length) {
            return;
        }
        if (wrong.some((text) => !text.includes("Loading"))) {
            throw new Error(wrong.join(", "));
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`Still loading: ${check().join(", ")}`);
}

const open = (place) => [
    {
        content: `Open dashboard ${place}`,
        trigger: `.o_search_panel_category_value.o_tier_dashboard_${place}, .o_search_panel header`,
        async run() {
            const all = [...document.querySelectorAll(".o_search_panel section")];
            const ours = all.find((section) => /Customer Tiers|客户/.test(section.textContent));
            ours.querySelectorAll(".o_search_panel_category_value")[place].click();
        },
    },
    {
        content: "It is drawn",
        trigger: ".o-spreadsheet .o-figure canvas, .o-spreadsheet .o-figure svg",
    },
    { content: "Without an error", trigger: ".o-spreadsheet", run: loaded },
];

registry.category("web_tour.tours").add("customer_tiering_dashboard", {
    steps: () => [0, 1, 2, 3].flatMap(open),
});

/** What is expected to be listed. */
let expected = 0;

/** Where there is nothing, examples are shown. */
function shownRows() {
    const examples = document.querySelector(".o_view_sample_data");
    return examples ? 0 : document.querySelectorAll(".o_list_view .o_data_row").length;
}

const leave = {
    content: "Back to the dashboards",
    trigger: "body",
    run: () =>
        odoo.__WOWL_DEBUG__.root.env.services.action.doAction(
            "spreadsheet_dashboard.ir_actions_dashboard_action",
            { clearBreadcrumbs: true },
        ),
};
const listed = {
    content: "So many are listed",
    trigger: ".o_list_view",
    // Whatever else the machine does.
    timeout: 60000,
    async run() {
        for (let round = 0; round < 500; round++) {
            if (shownRows() === expected) {
                return;
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error(`${shownRows()} are listed, not ${expected}`);
    },
};

/** What the pivot behind a card would find. */
async function records(pivotId) {
    const { getters } = shownModel();
    const pivot = getters.getPivot(pivotId);
    await pivot.load();
    const domain = getters.getPivotComputedDomain(pivotId);
    const { model } = getters.getPivotCoreDefinition(pivotId);
    return odoo.__WOWL_DEBUG__.root.env.services.orm.searchCount(model, domain);
}

const card = (board, place) => [
    leave,
    ...open(board),
    {
        content: `Card ${place} of dashboard ${board}`,
        trigger: ".o-spreadsheet .o-figure canvas.o-scorecard[role='button']",
        async run() {
            const { getters } = shownModel();
            const sheetId = getters.getSheetIds()[1];
            const cell = { sheetId, col: 1, row: place };
            const pivotId = getters.getPivotIdFromPosition(cell);
            const counts = getters.getPivotCoreDefinition(pivotId).measures[0].id === "__count";
            expected = await records(pivotId);
            const { value } = getters.getEvaluatedCell(cell);
            if (counts && value !== expected) {
                throw new Error(`The card says ${value}, and there are ${expected}`);
            }
            const cards = document.querySelectorAll(".o-spreadsheet canvas.o-scorecard");
            cards[place].click();
        },
    },
    listed,
];

/** Click on the first part of a chart that counts anything. */
function clickChart(place) {
    const canvas = document.querySelectorAll(".o-spreadsheet .o-figure canvas:not(.o-scorecard)")[
        place
    ];
    const chart = window.Chart.getChart(canvas);
    const set = chart.data.datasets.findIndex(({ data }) => data.some((value) => value));
    const index = chart.data.datasets[set].data.findIndex((value) => value);
    expected = chart.data.datasets[set].data[index];
    const { x, y } = chart.getDatasetMeta(set).data[index].getCenterPoint();
    const box = canvas.getBoundingClientRect();
    const where = { clientX: box.x + x, clientY: box.y + y, bubbles: true, cancelable: true };
    canvas.dispatchEvent(new MouseEvent("mousemove", where));
    canvas.dispatchEvent(new MouseEvent("click", where));
}

registry.category("web_tour.tours").add("customer_tiering_dashboard_figures", {
    steps: () => [
        // So many cards are on each.
        ...[6, 4, 4, 2].flatMap((number, board) =>
            [...Array(number).keys()].flatMap((place) => card(board, place)),
        ),
        leave,
        ...open(0),
        {
            content: "A bar of the first chart",
            trigger: ".o-spreadsheet .o-figure canvas:not(.o-scorecard)",
            run: () => clickChart(0),
        },
        listed,
        leave,
        ...open(0),
        {
            content: "Only one salesperson's",
            trigger: ".o-spreadsheet",
            async run() {
                const model = shownModel();
                const filter = model.getters
                    .getGlobalFilters()
                    .find(({ modelName }) => modelName === "res.users");
                const [user] = await odoo.__WOWL_DEBUG__.root.env.services.orm.search("res.users", [
                    ["login", "=", "tour_dashboard"],
                ]);
                model.dispatch("SET_GLOBAL_FILTER_VALUE", {
                    id: filter.id,
                    value: { operator: "in", ids: [user] },
                });
                await loaded();
            },
        },
        {
            content: "The card of customers in tiers",
            trigger: ".o-spreadsheet canvas.o-scorecard[role='button']",
            run() {
                expected = 1;
                this.anchor.click();
            },
        },
        {
            content: "Opens only that one's",
            trigger: ".o_list_view .o_data_row:contains('Tour Own')",
        },
        listed,
        leave,
        ...open(0),
        {
            content: "The title of the latest moves",
            trigger: ".o-spreadsheet .o-dashboard-clickable-cell[title]",
            async run() {
                const { getters } = shownModel();
                const [list] = getters.getListIds();
                await getters.getAsyncListDataSource(list);
                expected = await odoo.__WOWL_DEBUG__.root.env.services.orm.searchCount(
                    "customer.tier.change",
                    getters.getListComputedDomain(list),
                );
                this.anchor.click();
            },
        },
        listed,
    ],
});
