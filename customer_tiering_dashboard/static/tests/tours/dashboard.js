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
