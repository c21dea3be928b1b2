import * as spreadsheet from "@odoo/o-spreadsheet";
import { navigateTo } from "@spreadsheet/actions/helpers";
import { isMarkdownViewUrl, parseViewLink } from "@spreadsheet/ir_ui_menu/odoo_menu_link_cell";
import { SEE_RECORDS_PIVOT } from "@spreadsheet/pivot/pivot_actions";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const { toCartesian } = spreadsheet.helpers;
const { clickableCellRegistry } = spreadsheet.registries;

/** The cell that the number of a card of ours is counted in; undefined for another card. */
function counted(getters, chartId) {
    const { keyValue } = getters.getChartDefinition(chartId);
    const [, sheetName, xc] = /^'?(.+?)'?!(\w+)$/.exec(keyValue || "") || [];
    const sheetId = sheetName && getters.getSheetIdByName(sheetName);
    const position = sheetId && { sheetId, ...toCartesian(xc) };
    const pivotId = position && getters.getPivotIdFromPosition(position);
    const model = pivotId && getters.getPivotCoreDefinition(pivotId).model;
    return model?.startsWith("customer.") ? position : undefined;
}

// A menu would list everything; a card of customers at risk counts these alone, of whom filters ask.
patch(spreadsheet.components.ScorecardChart.prototype, {
    async onClick() {
        const position =
            this.env.isDashboard() && counted(this.env.model.getters, this.props.chartId);
        return position
            ? SEE_RECORDS_PIVOT(position, this.env, false)
            : super.onClick(...arguments);
    },
});

/** What the title of one of our tables says; undefined for any other cell. */
function title(position, getters) {
    const { link } = getters.getEvaluatedCell(position);
    const target = link && isMarkdownViewUrl(link.url) && parseViewLink(link.url);
    return target?.source && target;
}

async function domainOf({ list, pivot }, getters) {
    if (list) {
        await getters.getAsyncListDataSource(list);
        return getters.getListComputedDomain(list);
    }
    await getters.getPivot(pivot).load();
    return getters.getPivotComputedDomain(pivot);
}

// Core's link of a title forgets what is filtered.
clickableCellRegistry.add("customer_tier_title", {
    condition: (position, getters) => getters.isDashboard() && !!title(position, getters),
    async execute(position, env, newWindow) {
        const { getters } = env.model;
        const { action, name, source } = title(position, getters);
        await navigateTo(
            env,
            action.xmlId,
            {
                type: "ir.actions.act_window",
                name: getters.dynamicTranslate(name),
                res_model: action.modelName,
                views: [
                    [false, "list"],
                    [false, "form"],
                ],
                domain: await domainOf(source, getters),
                context: action.context,
            },
            { viewType: "list", newWindow },
        );
    },
    title: _t("See records"),
    sequence: 1,
});
