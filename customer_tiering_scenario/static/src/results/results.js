import { Component, markup } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useService } from "@web/core/utils/hooks";

/** What comes of a scenario; every number opens the customers that it counts. */
export class ScenarioResults extends Component {
    static template = "customer_tiering_scenario.Results";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get html() {
        return markup(this.props.record.data[this.props.name] || "");
    }

    async onClick(ev) {
        const number = ev.target.closest(".o_scenario_open");
        if (!number) {
            return;
        }
        ev.preventDefault();
        const { record } = this.props;
        // The customers are of what is saved.
        if (!(await record.save())) {
            return;
        }
        const asked = JSON.parse(number.dataset.open);
        const action = await this.orm.call(record.resModel, "action_open_customers", [
            [record.resId],
            ...asked,
        ]);
        return this.action.doAction({ ...action, help: markup(action.help || "") });
    }
}

registry.category("fields").add("customer_tier_scenario_results", {
    component: ScenarioResults,
    supportedTypes: ["html"],
});
