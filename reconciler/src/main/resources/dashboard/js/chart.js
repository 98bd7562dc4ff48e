/** Rows per second over time, drawn by uPlot, which is loaded when the first chart is wanted. */

import { h } from "./dom.js";
import { moment, short } from "./format.js";
import { store } from "./store.js";

const HEIGHT = 190;
const REDRAW_MS = 500;
/** How much of the time before the page was opened is shown at least. */
const BEFORE_S = 60;

let loading = null;

function uPlot() {
  loading ??= new Promise((resolve, reject) => {
    document.head.append(h("link", { rel: "stylesheet", href: "/assets/webjars/uplot/dist/uPlot.min.css" }));
    document.head.append(h("script", { src: "/assets/webjars/uplot/dist/uPlot.iife.min.js", onload: () => resolve(window.uPlot), onerror: () => reject(new Error("the chart's library cannot be loaded")) }));
  });
  return loading;
}

/**
 * A chart in an element of its own: what was measured since the page was opened, the mean since the start (all that
 * is known of the time before), and the limit where there is one.
 */
export class RateChart {
  constructor(backfill) {
    this.backfill = backfill;
    this.element = h("div", { class: "chart", "data-key": "rate", role: "img" });
    this.plot = null;
    this.drawnAt = 0;
    this.resize = new ResizeObserver(() => this.plot?.setSize({ width: this.width(), height: HEIGHT }));
    this.resize.observe(this.element);
    // Colours come from the style sheet, so a change of scheme draws anew.
    this.onTheme = () => this.create();
    window.addEventListener("themechange", this.onTheme);
    this.create();
  }

  width = () => Math.max(200, this.element.clientWidth);

  async create() {
    const Plot = await uPlot();
    if (this.closed) return;
    this.plot?.destroy();
    this.limited = hasLimit(this.backfill);
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "11px " + color("--font") };
    this.plot = new Plot(
      {
        width: this.width(),
        height: HEIGHT,
        cursor: { y: false, points: { size: 7 } },
        legend: { live: true },
        scales: { x: { time: true }, y: { range: (u, min, max) => [0, Math.max(10, max * 1.15)] } },
        axes: [{ ...axis, space: 90, values: (u, ticks) => ticks.map((t) => moment(t * 1000)) }, { ...axis, size: 56, values: (u, ticks) => ticks.map((t) => short(t)) }],
        series: [
          { label: "Time", value: "{HH}:{mm}:{ss}" },
          { label: "Rows/s", stroke: color("--accent"), width: 2, fill: color("--accent-wash"), spanGaps: true, points: { show: false }, value: number },
          { label: "Mean since start", stroke: color("--muted"), width: 1.5, dash: [5, 4], points: { show: false }, value: number },
          this.limited && { label: "Limit", stroke: color("--fill-RETRYING"), width: 1.5, dash: [2, 3], points: { show: false }, value: number },
        ].filter(Boolean),
      },
      this.data(store.backfills.get(this.backfill)),
      this.element,
    );
  }

  data(b) {
    const seen = store.history.get(this.backfill) ?? { at: [], rate: [], limit: [] };
    const until = b.ended_at ?? b.updated_at;
    const mean = b.started_at && until > b.started_at ? (b.rows * 1000) / (until - b.started_at) : null;
    const at = [...seen.at];
    const rate = [...seen.rate];
    const limit = [...seen.limit];
    // Of the time before the page was opened only the mean is known; as much of it is shown as was measured since.
    const start = b.started_at ? b.started_at / 1000 : null;
    if (start !== null && at.length > 0 && start < at[0]) {
      at.unshift(Math.max(start, at[0] - Math.max(BEFORE_S, at[at.length - 1] - at[0])));
      rate.unshift(null);
      limit.unshift(null);
    }
    const means = at.map((t) => (start !== null && t >= start && t <= until / 1000 ? mean : null));
    return this.limited ? [at, rate, means, limit] : [at, rate, means];
  }

  update() {
    const b = store.backfills.get(this.backfill);
    this.element.setAttribute("aria-label", `Rows per second over time; now ${short(b.rows_per_s)}`);
    if (!this.plot || performance.now() - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = performance.now();
    if (hasLimit(this.backfill) !== this.limited) this.create();
    else this.plot.setData(this.data(b));
  }

  close() {
    this.closed = true;
    this.resize.disconnect();
    window.removeEventListener("themechange", this.onTheme);
    this.plot?.destroy();
  }
}

const hasLimit = (id) => store.history.get(id)?.limit.some((l) => l !== null) ?? false;

const number = (u, v) => (v === null || v === undefined ? "–" : short(Math.round(v)));
