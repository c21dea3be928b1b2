import { Component, markup } from "@odoo/owl";
import { getColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useService } from "@web/core/utils/hooks";

const ICONS = {
    left: "fa-sign-out text-muted",
    why: "fa-check-circle text-success",
    year: "fa-calendar text-muted",
    waiting: "fa-hourglass-half text-warning",
    veto: "fa-ban text-danger",
    uncovered: "fa-question-circle text-warning",
    next: "fa-arrow-circle-up text-primary",
    keep: "fa-lock text-muted",
    back: "fa-undo text-muted",
};

/** Why a customer has its tier and score; every value opens the records it comes from. */
export class CustomerTierExplanation extends Component {
    static template = "customer_tiering.Explanation";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.icons = ICONS;
    }

    get explanation() {
        return this.props.record.data[this.props.name];
    }

    color(index) {
        // A palette with a colour for each row.
        return getColor(index, cookie.get("color_scheme"), this.explanation.rows.length);
    }

    async open(row) {
        const { model, record_id: id } = this.explanation;
        const action = await this.orm.call(model, "action_open_records", [[id], row.metric_id]);
        // As for the action of a button: the server's HTML, not text.
        return this.action.doAction({ ...action, help: markup(action.help) });
    }

    async openSentence(sentence) {
        const { model, record_id: id } = this.explanation;
        return this.action.doAction(await this.orm.call(model, sentence.open, [[id]]));
    }
}

registry.category("fields").add("customer_tier_explanation", {
    component: CustomerTierExplanation,
    supportedTypes: ["json"],
});
