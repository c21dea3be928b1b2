import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, useRef, xml } from "@odoo/owl";

/** A link from somewhere on a form to a page of its notebook, which has no address of its own. */
export class PageLink extends Component {
    static template = xml`<a href="#" class="alert-link text-decoration-underline" t-ref="link" t-on-click.prevent="open"><t t-esc="label"/></a>`;
    static props = { ...standardWidgetProps, page: { type: String } };

    setup() {
        this.link = useRef("link");
    }

    get label() {
        return _t("Show");
    }

    open() {
        const form = this.link.el.closest(".o_form_view");
        const tab = form.querySelector(`.o_notebook .nav-link[name="${this.props.page}"]`);
        tab.click();
        tab.scrollIntoView({ behavior: "smooth", block: "nearest" });
    }
}

export const pageLink = {
    component: PageLink,
    extractProps: ({ attrs }) => ({ page: attrs.page }),
    additionalClasses: ["d-inline"],
};

registry.category("view_widgets").add("customer_tier_page_link", pageLink);
