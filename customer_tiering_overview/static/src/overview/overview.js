import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { markup } from "@odoo/owl";

import { OverviewChart, colorOf } from "./overview_chart";

/** How customers, tiers, money and reminders went in a period, beside the one before it. */
export class CustomerOverview extends Component {
    static template = "customer_tiering_overview.Overview";
    static components = { Layout, OverviewChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.display = { controlPanel: {} };
        // Where the handbook is installed, a link to its page.
        this.Handbook = registry.category("customer_tiering").get("HandbookLink", null);
        this.state = useState({ chosen: this.props.state?.chosen || {}, page: null });
        useSetupAction({ getLocalState: () => ({ chosen: { ...this.state.chosen } }) });
        onWillStart(() => this.load());
    }

    async load() {
        const page = await this.orm.call("customer.tier.overview", "read_page", [
            { ...this.state.chosen },
        ]);
        this.state.page = page;
        this.state.chosen = page.choices.chosen;
    }

    choose(name, ev) {
        const { value } = ev.target;
        this.state.chosen[name] = value === "" ? false : Number(value);
        return this.load();
    }

    color(number) {
        return colorOf(number);
    }

    async open(name, key) {
        const action = await this.orm.call("customer.tier.overview", "open_figure", [
            name,
            key,
            { ...this.state.chosen },
        ]);
        return this.action.doAction({ ...action, help: markup(action.help || "") });
    }

    analyse() {
        return this.action.doAction("customer_tiering_overview.customer_tier_snapshot_action");
    }
}

registry.category("actions").add("customer_tier_overview", CustomerOverview);
