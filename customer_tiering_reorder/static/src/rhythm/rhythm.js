import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** When a customer bought which category, and when it is expected to do so next. */
export class CustomerRhythm extends Component {
    static template = "customer_tiering_reorder.Rhythm";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get picture() {
        return this.props.record.data[this.props.name];
    }

    async openOrders(row) {
        const action = await this.orm.call("customer.purchase.rhythm", "action_open_orders", [
            [row.id],
        ]);
        this.action.doAction(action);
    }
}

registry.category("fields").add("customer_rhythm", {
    component: CustomerRhythm,
    supportedTypes: ["json"],
});
