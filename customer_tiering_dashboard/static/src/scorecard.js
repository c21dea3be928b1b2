import * as spreadsheet from "@odoo/o-spreadsheet";
import { SEE_RECORDS_PIVOT } from "@spreadsheet/pivot/pivot_actions";
import { patch } from "@web/core/utils/patch";

const { toCartesian } = spreadsheet.helpers;

/** The model that the number of a card is counted from, and the cell that counts it. */
function source(getters, chartId) {
    const { keyValue } = getters.getChartDefinition(chartId);
    const [, sheetName, xc] = /^'?(.+?)'?!(\w+)$/.exec(keyValue || "") || [];
    const sheetId = sheetName && getters.getSheetIdByName(sheetName);
    if (!sheetId) {
        return {};
    }
    const position = { sheetId, ...toCartesian(xc) };
    const pivotId = getters.getPivotIdFromPosition(position);
    const model = pivotId && getters.getPivotCoreDefinition(pivotId).model;
    return { position, model };
}

// A menu would list everything; the card of customers at risk counts these alone.
patch(spreadsheet.components.ScorecardChart.prototype, {
    async onClick() {
        const { position, model } = source(this.env.model.getters, this.props.chartId);
        if (this.env.isDashboard() && model?.startsWith("customer.")) {
            return SEE_RECORDS_PIVOT(position, this.env, false);
        }
        return super.onClick(...arguments);
    },
});
