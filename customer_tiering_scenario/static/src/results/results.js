import { Component, markup, onMounted, onWillUnmount } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useDebounced } from "@web/core/utils/timing";
import { useService } from "@web/core/utils/hooks";

/** Milliseconds after which a slider that rests is tried, and between two looks at the job. */
const REST = 400;
const LOOK = 1500;

/** The value at a position (0 to 1000) on bins that are drawn equally wide. */
export function valueAt(position, edges) {
    const place = (position / 1000) * (edges.length - 1);
    const bin = Math.min(Math.floor(place), edges.length - 2);
    const value = edges[bin] + (place - bin) * (edges[bin + 1] - edges[bin]);
    // Two digits, as people say numbers.
    return Number(value.toPrecision(2));
}

/** What comes of a scenario: numbers open the customers that they count, sliders move thresholds. */
export class ScenarioResults extends Component {
    static template = "customer_tiering_scenario.Results";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        // A slider that is drawn anew would fall out of the hand that moves it.
        this.held = null;
        this.tryRested = useDebounced((slider) => this.tryValue(slider), REST);
    }

    get html() {
        return this.held || markup(this.props.record.data[this.props.name] || "");
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

    onInput(ev) {
        const slider = ev.target.closest(".o_scenario_slider");
        if (slider) {
            this.held = this.html;
            const value = valueAt(slider.value, JSON.parse(slider.dataset.edges));
            const name = slider.closest("div").querySelector(".o_scenario_slider_name");
            name.textContent = `${slider.dataset.name} → ${value.toLocaleString()}`;
            this.tryRested(slider);
        }
    }

    onChange(ev) {
        const slider = ev.target.closest(".o_scenario_slider");
        if (slider) {
            this.tryRested.cancel();
            this.held = null;
            return this.tryValue(slider);
        }
    }

    async tryValue(slider) {
        const lines = this.props.record.data.line_ids.records;
        const line = lines.find((record) => record.resId === Number(slider.dataset.line));
        await line?.update({ then: valueAt(slider.value, JSON.parse(slider.dataset.edges)) });
    }
}

registry.category("fields").add("customer_tier_scenario_results", {
    component: ScenarioResults,
    supportedTypes: ["html"],
});

/** How far the job is, looked at until it is done. */
export class ScenarioProgress extends Component {
    static template = "customer_tiering_scenario.Progress";
    static props = { ...standardFieldProps };

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.look(), LOOK);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    get percent() {
        return Math.round(this.props.record.data[this.props.name] || 0);
    }

    get said() {
        return _t("%(percent)s %", { percent: this.percent });
    }

    async look() {
        const { record } = this.props;
        // What somebody is typing meanwhile stays.
        if (record.data.work === "waiting" && record.resId && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("fields").add("customer_tier_scenario_progress", {
    component: ScenarioProgress,
    supportedTypes: ["float"],
});
