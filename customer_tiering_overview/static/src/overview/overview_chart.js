import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";

/** Colours of the palette that tiers have their numbers from. */
const PALETTE = [
    "#a2a2a2",
    "#ee2d2d",
    "#dc8534",
    "#e8bb1d",
    "#5794dd",
    "#9f628f",
    "#db8865",
    "#41a9a2",
    "#304be0",
    "#ee2f8a",
    "#61c36e",
    "#9872e6",
    // Of who has no tier.
    "#495057",
];

export function colorOf(number) {
    return PALETTE[number % PALETTE.length];
}

/** One chart of months; a click opens what a bar or point counts. */
export class OverviewChart extends Component {
    static template = "customer_tiering_overview.Chart";
    static props = { chart: Object, onOpen: Function };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = new Chart(this.canvas.el, this.config());
                return () => chart.destroy();
            },
            () => [this.props.chart],
        );
    }

    get hasData() {
        return this.props.chart.datasets.some((series) => series.data.some((value) => value));
    }

    config() {
        const { chart } = this.props;
        const stacked = chart.type === "bar" && !chart.grouped;
        const said = (value) => (chart.unsigned ? Math.abs(value) : value).toLocaleString();
        const axis = { stacked, border: { display: false } };
        return {
            type: chart.type,
            data: { labels: chart.labels, datasets: chart.datasets.map((s) => this.series(s)) },
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: { mode: "index", intersect: false },
                onClick: (ev, _found, drawn) => {
                    const [item] = drawn.getElementsAtEventForMode(
                        ev,
                        "nearest",
                        { intersect: true },
                        false,
                    );
                    if (item) {
                        this.open(chart.datasets[item.datasetIndex], item.index);
                    }
                },
                onHover: (ev, found) => {
                    ev.native.target.style.cursor = found.length ? "pointer" : "default";
                },
                plugins: {
                    legend: { position: "bottom", labels: { boxWidth: 12, usePointStyle: true } },
                    tooltip: {
                        filter: (item) => item.raw !== 0,
                        callbacks: {
                            label: (item) => `${item.dataset.label}: ${said(item.raw)}`,
                        },
                    },
                },
                scales: {
                    x: { ...axis, grid: { display: false } },
                    y: {
                        ...axis,
                        beginAtZero: true,
                        ticks: {
                            precision: 0,
                            maxTicksLimit: 6,
                            callback: (value) => said(value),
                        },
                    },
                },
            },
        };
    }

    series(series) {
        const color = colorOf(series.color);
        return {
            label: series.label,
            data: series.data,
            hidden: series.hidden,
            backgroundColor: color,
            borderColor: color,
            borderWidth: this.props.chart.type === "line" ? 2 : 0,
            tension: 0.2,
            pointRadius: 3,
            maxBarThickness: 40,
        };
    }

    open(series, index) {
        const { chart } = this.props;
        this.props.onOpen(chart.open, { ...series.key, month: chart.months[index] });
    }
}
