import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { ActionDialog } from "@web/webclient/actions/action_dialog";
import { Component, xml } from "@odoo/owl";

/** Which page of the handbook is about the screens of a model. */
const PAGES = {
    "customer.agenda": "salespeople",
    "customer.contact.freeze": "administrators",
    "customer.contact.preference": "salespeople",
    "customer.credit.apply": "officers",
    "customer.credit.approval": "officers",
    "customer.credit.change": "officers",
    "customer.credit.rule": "administrators",
    "customer.holiday.fill": "administrators",
    "customer.late.reason": "administrators",
    "customer.late.reason.set": "officers",
    "customer.loss.reason": "administrators",
    "customer.past.order": "start",
    "customer.product.suggest": "salespeople",
    "customer.purchase.demand": "managers",
    "customer.purchase.rhythm": "salespeople",
    "customer.reminder": "salespeople",
    "customer.reminder.contact": "salespeople",
    "customer.reminder.effect": "managers",
    "customer.reminder.report": "managers",
    "customer.reminder.rule": "administrators",
    "customer.reminder.rule.step": "administrators",
    "customer.reminder.step": "salespeople",
    "customer.stage.playbook": "administrators",
    "customer.stage.playbook.start": "recipes",
    "customer.tier": "administrators",
    "customer.tier.advice": "managers",
    "customer.tier.ahp": "administrators",
    "customer.tier.band.proposal": "administrators",
    "customer.tier.benefit": "administrators",
    "customer.tier.by.hand": "officers",
    "customer.tier.care": "officers",
    "customer.tier.care.change": "officers",
    "customer.tier.change": "officers",
    "customer.tier.credit.line": "salespeople",
    "customer.tier.day": "administrators",
    "customer.tier.entry.rule": "administrators",
    "customer.tier.early": "administrators",
    "customer.tier.event": "officers",
    "customer.tier.event.rule": "administrators",
    "customer.tier.indicator": "administrators",
    "customer.tier.metric": "administrators",
    "customer.tier.metric.preview": "administrators",
    "customer.tier.opening": "upgrade",
    "customer.tier.program": "administrators",
    "customer.tier.proposal": "officers",
    "customer.tier.refusal": "officers",
    "customer.tier.run": "officers",
    "customer.tier.scenario": "managers",
    "customer.tier.service": "administrators",
    "customer.tier.snapshot": "managers",
    "customer.tier.standing": "salespeople",
    "customer.tier.start": "start",
    "customer.tier.tell": "officers",
    "customer.tier.value": "officers",
    "customer.win.back": "salespeople",
    "customer.win.back.ask": "salespeople",
    "onboarding.onboarding.step": "start",
};
// Actions of ours on records of Odoo's own say themselves which page is about them.
const NAMED = "customer_tier_handbook";

/** Where a page of the handbook is, in Chinese for who reads Chinese. */
export function handbookUrl(page) {
    const lang = user.lang?.startsWith("zh") ? "zh_CN" : "en";
    return `/customer_tiering_start/static/handbook/${lang}/${page}.html`;
}

/** The page about a screen, or nothing for those of others. */
export function handbookPage(resModel, context) {
    return context?.[NAMED] || PAGES[resModel];
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
        const { resModel, globalContext } = this.env.searchModel;
        window.open(handbookUrl(handbookPage(resModel, globalContext)), "_blank", "noopener");
    }
}

registry.category("cogMenu").add("customer-tier-handbook", {
    Component: HandbookItem,
    groupNumber: 30,
    isDisplayed: ({ searchModel }) =>
        searchModel && Boolean(handbookPage(searchModel.resModel, searchModel.globalContext)),
});

/** A link to a page of the handbook, on forms such as the settings. */
export class HandbookLink extends Component {
    static template = xml`<a class="o_customer_tier_handbook" t-att-href="url" target="_blank" rel="noopener"><i class="fa fa-book me-1"/>Handbook</a>`;
    // Also on pages that show no record.
    static props = {
        ...standardWidgetProps,
        record: { ...standardWidgetProps.record, optional: true },
        page: { type: String },
    };

    get url() {
        return handbookUrl(this.props.page);
    }
}

// Pages of ours that are no views ask for it here, as they work without it.
registry.category("customer_tiering").add("HandbookLink", HandbookLink);

registry.category("view_widgets").add("customer_tier_handbook", {
    component: HandbookLink,
    extractProps: ({ attrs }) => ({ page: attrs.page }),
});

/** Dialogs have no menu beside their title: a book in their head leads to the page. */
patch(ActionDialog.prototype, {
    get customerTierHandbookUrl() {
        const { resModel, context } = this.props.actionProps || {};
        const page = handbookPage(resModel, context);
        return page && handbookUrl(page);
    },
});
