import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Height of a tier's row, as in the style sheet. */
const ROW = 28;

/** The tiers of a customer over time. */
export class CustomerTierTimeline extends Component {
    static template = "customer_tiering.Timeline";
    static props = { ...standardFieldProps };

    get timeline() {
        return this.props.record.data[this.props.name];
    }

    get height() {
        return this.timeline.levels.length * ROW;
    }

    barStyle(bar) {
        const top = bar.level * ROW + ROW / 2;
        return `left: ${bar.x}%; width: ${bar.width}%; top: ${top}px`;
    }

    stepStyle(step) {
        const top = step.top * ROW + ROW / 2;
        return `left: ${step.x}%; top: ${top}px; height: ${step.size * ROW}px`;
    }
}

registry.category("fields").add("customer_tier_timeline", {
    component: CustomerTierTimeline,
    supportedTypes: ["json"],
});
