import { registry } from "@web/core/registry";
import {
    FieldSelectorField,
    fieldSelectorField,
} from "@web/views/fields/field_selector/field_selector_field";

/**
 * The field selector, offering only what a metric can be made of: stored links to single records,
 * and at the end of the path fields of the types given (any stored one without types).
 */
export class MetricPathField extends FieldSelectorField {
    static props = { ...FieldSelectorField.props, types: { type: Array, optional: true } };

    filter(fieldDef) {
        if (!fieldDef.sortable || fieldDef.is_property || fieldDef.type.startsWith("properties")) {
            return false;
        }
        const { types } = this.props;
        return !types || fieldDef.type === "many2one" || types.includes(fieldDef.type);
    }
}

export const metricPathField = {
    ...fieldSelectorField,
    component: MetricPathField,
    extractProps(fieldInfo, dynamicInfo) {
        return {
            ...fieldSelectorField.extractProps(fieldInfo, dynamicInfo),
            types: fieldInfo.options.types,
        };
    },
};

registry.category("fields").add("customer_tier_metric_path", metricPathField);
