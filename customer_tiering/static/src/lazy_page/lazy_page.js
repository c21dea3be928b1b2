import { Component, useSubEnv, xml } from "@odoo/owl";
import { createDebugContext } from "@web/core/debug/debug_context";
import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { View, getDefaultConfig } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** What is on a page of a form, as a form of its own that only shows. */
class LazyPageController extends formView.Controller {
    setup() {
        const { onClickViewButton } = this.env;
        super.setup();
        // Buttons are those of the form around: it is saved before, and shows the change after.
        useSubEnv({ onClickViewButton });
    }
}

registry.category("views").add("customer_tier_lazy_page", {
    ...formView,
    Controller: LazyPageController,
});

/** A page of a notebook that is loaded when it is opened, from a form view of the same model. */
export class LazyPage extends Component {
    static template = xml`<View t-if="props.record.resId" t-key="key" t-props="viewProps"/>`;
    static components = { View };
    static props = { ...standardWidgetProps, viewId: { type: Number } };

    setup() {
        // The name, the pager and the dialog of the form around are not those of the page.
        useSubEnv({ config: getDefaultConfig(), inDialog: false, ...createDebugContext() });
    }

    /** Another one whenever the record around was loaded or saved. */
    get key() {
        const { id, data } = this.props.record;
        return `${id}/${data.write_date ? data.write_date.toMillis() : ""}`;
    }

    get viewProps() {
        const { resId, resModel, context } = this.props.record;
        return {
            type: "form",
            resModel,
            resId,
            viewId: this.props.viewId,
            context,
            display: { controlPanel: false },
            readonly: true,
            preventCreate: true,
            preventEdit: true,
        };
    }
}

registry.category("view_widgets").add("customer_tier_lazy_page", {
    component: LazyPage,
    extractProps: ({ attrs }) => ({ viewId: Number(attrs.view_id) }),
    fieldDependencies: [{ name: "write_date", type: "datetime", readonly: true }],
    additionalClasses: ["d-block", "w-100"],
});
