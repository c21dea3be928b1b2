import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, xml } from "@odoo/owl";

/** Which page of the handbook is about the screens of a model; of others of ours, the first one. */
const PAGES = {
    "customer.agenda": "salespeople",
    "customer.past.order": "start",
    "customer.purchase.demand": "managers",
    "customer.reminder": "salespeople",
    "customer.reminder.effect": "managers",
    "customer.reminder.report": "managers",
    "customer.reminder.rule": "administrators",
    "customer.stage.playbook": "recipes",
    "customer.tier.advice": "managers",
    "customer.tier.change": "officers",
    "customer.tier.event": "officers",
    "customer.tier.metric": "administrators",
    "customer.tier.opening": "upgrade",
    "customer.tier.program": "administrators",
    "customer.tier.proposal": "officers",
    "customer.tier.run": "officers",
    "customer.tier.scenario": "managers",
    "customer.tier.standing": "salespeople",
    "customer.tier.value": "officers",
    "onboarding.onboarding.step": "start",
};
const OTHERS = "salespeople";

/** Where a page of the handbook is, in Chinese for who reads Chinese. */
export function handbookUrl(page) {
    const lang = user.lang?.startsWith("zh") ? "zh_CN" : "en";
    return `/customer_tiering_start/static/handbook/${lang}/${page}.html`;
}

/** Entry of the menu beside the title of our screens: the page of the handbook about them. */
export class HandbookItem extends Component {
    static template = xml`
        <DropdownItem class="'o_customer_tier_handbook'" onSelected.bind="open">
            <i class="fa fa-fw fa-book me-1"/>Handbook
        </DropdownItem>`;
    static components = { DropdownItem };
    static props = {};

    open() {
        const page = PAGES[this.env.searchModel.resModel] || OTHERS;
        window.open(handbookUrl(page), "_blank", "noopener");
    }
}

registry.category("cogMenu").add("customer-tier-handbook", {
    Component: HandbookItem,
    groupNumber: 30,
    isDisplayed: ({ searchModel }) =>
        searchModel &&
        (searchModel.resModel in PAGES || searchModel.resModel?.startsWith("customer.")),
});

/** A link to a page of the handbook, on forms such as the settings. */
export class HandbookLink extends Component {
    static template = xml`<a t-att-href="url" target="_blank" rel="noopener"><i class="fa fa-book me-1"/>Handbook</a>`;
    static props = { ...standardWidgetProps, page: { type: String } };

    get url() {
        return handbookUrl(this.props.page);
    }
}

registry.category("view_widgets").add("customer_tier_handbook", {
    component: HandbookLink,
    extractProps: ({ attrs }) => ({ page: attrs.page }),
});
