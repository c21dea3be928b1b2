import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, useState } from "@odoo/owl";

const MAX = 8;

/**
 * How much more important one of two things is than the other, on Saaty's scale from 1 to 9 in
 * both directions: 0 means equally, k the right one k + 1 times, −k the left one.
 */
export class PairSliderField extends Component {
    static template = "customer_tiering.PairSliderField";
    static props = {
        ...standardFieldProps,
        leftField: { type: String },
        rightField: { type: String },
    };

    setup() {
        // Where the thumb is while the server does not know yet; null when it does.
        this.state = useState({ moving: null });
        this.updateSoon = useDebounced(() => this.update(), 150);
        this.max = MAX;
        this.ticks = [9, 7, 5, 3, 1, 3, 5, 7, 9];
    }

    get value() {
        return this.state.moving ?? this.props.record.data[this.props.name];
    }

    get left() {
        return this.props.record.data[this.props.leftField];
    }

    get right() {
        return this.props.record.data[this.props.rightField];
    }

    get label() {
        return _t("“%(left)s” compared with “%(right)s”", { left: this.left, right: this.right });
    }

    get meaning() {
        if (!this.value) {
            return _t("Both are equally important");
        }
        const times = Math.abs(this.value) + 1;
        const terms = { name: this.value < 0 ? this.left : this.right, times };
        if (times <= 3) {
            return _t("“%(name)s” is slightly more important: %(times)s times", terms);
        }
        if (times <= 5) {
            return _t("“%(name)s” is clearly more important: %(times)s times", terms);
        }
        if (times <= 7) {
            return _t("“%(name)s” is much more important: %(times)s times", terms);
        }
        return _t("“%(name)s” is extremely more important: %(times)s times", terms);
    }

    onInput(ev) {
        this.state.moving = Number(ev.target.value);
        this.updateSoon();
    }

    onChange() {
        this.updateSoon.cancel();
        return this.update();
    }

    /** The arrows move the thumb here, not the focus to another row as elsewhere in a list. */
    onKeydown(ev) {
        const moves = ["Arrow", "Page", "Home", "End"].some((key) => ev.key.startsWith(key));
        if (moves && !this.props.readonly) {
            ev.stopPropagation();
        }
    }

    async update() {
        const value = this.state.moving;
        if (value === null) {
            return;
        }
        try {
            await this.props.record.update({ [this.props.name]: value });
        } finally {
            if (this.state.moving === value) {
                this.state.moving = null;
            }
        }
    }
}

export const pairSliderField = {
    component: PairSliderField,
    displayName: _t("Comparison of a pair"),
    supportedOptions: [
        {
            label: _t("Left side"),
            name: "left_field",
            type: "field",
            availableTypes: ["char"],
        },
        {
            label: _t("Right side"),
            name: "right_field",
            type: "field",
            availableTypes: ["char"],
        },
    ],
    supportedTypes: ["integer"],
    isEmpty: () => false,
    extractProps: ({ options }, dynamicInfo) => ({
        leftField: options.left_field,
        rightField: options.right_field,
        // Without it, read-only in every row of a list that is not being edited.
        readonly: dynamicInfo.readonly,
    }),
};

registry.category("fields").add("pair_slider", pairSliderField);
