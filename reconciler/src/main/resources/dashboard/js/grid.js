/**
 * The partition grid: a cell for each partition, coloured by state or by duration, on one canvas of which only what is
 * in view is drawn. One partition is told by pointer or arrow keys, and opened by click or Enter.
 */

import { CELL_STATES, CellFeed } from "./cells.js";
import { fill, h } from "./dom.js";
import { count, duration, whole, words } from "./format.js";
import { store } from "./store.js";

const LARGEST = 18;
const SMALLEST = 2;
/** Cells are made as large as fits into this height; what does not fit at the smallest size scrolls. */
const HEIGHT = 300;
const TALLEST = 420;
/** Durations in multiples of the median; the last step is what jumps to the eye. */
const STEPS = [0.5, 1, 1.5, 2, 4];
const STEP_NAMES = ["≤ ½×", "≤ 1×", "≤ 1.5×", "≤ 2×", "≤ 4×", "> 4×"];

export class Grid {
  constructor(backfill) {
    this.backfill = backfill;
    this.by = "state";
    this.order = "plan";
    this.only = null;
    this.cursor = 0;
    this.error = null;
    this.stats = null;
    this.sorted = null;
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.mark = h("div", { class: "grid-mark", hidden: true });
    this.spacer = h("div", { class: "grid-spacer" });
    this.port = h(
      "div",
      {
        class: "grid-port",
        tabindex: 0,
        role: "application",
        "aria-label": "Partition grid. Arrow keys move, Enter opens a partition. The list of partitions below has the same.",
        onpointermove: (e) => this.point(e),
        onpointerleave: () => this.leave(),
        onclick: (e) => this.click(e),
        onkeydown: (e) => this.key(e),
        onfocus: () => this.cells.count > 0 && this.tell(this.cursor),
        onblur: () => this.leave(),
      },
      h("div", { class: "grid-stick" }, this.canvas),
      this.spacer,
      this.mark,
    );
    this.port.addEventListener("scroll", () => this.draw(), { passive: true });
    this.toolbar = h("div", { class: "grid-tools" });
    this.told = h("p", { class: "grid-told", "aria-live": "polite" });
    this.element = h("div", { class: "grid", "data-key": "cells" }, this.toolbar, this.port, this.told);
    this.feed = new CellFeed(
      backfill,
      () => this.changed(),
      (message) => {
        this.error = message;
        this.tools();
      },
    );
    this.cells = this.feed.cells;
    this.resize = new ResizeObserver(() => this.layout());
    this.resize.observe(this.port);
    this.onTheme = () => this.draw();
    window.addEventListener("themechange", this.onTheme);
    this.tools();
  }

  /** Hears of progress and of what workers run. */
  update(b, running) {
    this.feed.moved([b.state, b.partitions, b.pending, b.running, b.retrying, b.completed, b.failed, b.cancelled].join(" "));
    if (this.cells.run(running.map((r) => r.partition_id.slice(r.partition_id.indexOf("/") + 1)))) this.draw();
  }

  close() {
    this.feed.close();
    this.resize.disconnect();
    window.removeEventListener("themechange", this.onTheme);
  }

  changed() {
    this.measure();
    this.layout();
    this.tools();
  }

  /** Median and tail of the durations, and the order by them. */
  measure() {
    const known = this.cells.duration.filter((d) => !Number.isNaN(d)).sort();
    this.stats = known.length > 0 ? { median: Math.max(1, quantile(known, 0.5)), p99: quantile(known, 0.99), max: known[known.length - 1], known: known.length } : null;
    this.sorted = null;
    if (this.order === "plan") return;
    const d = this.cells.duration;
    this.sorted = Uint32Array.from({ length: this.cells.count }, (_, i) => i).sort((a, b) => (Number.isNaN(d[b]) ? -1 : d[b]) - (Number.isNaN(d[a]) ? -1 : d[a]) || a - b);
  }

  index = (place) => (this.sorted ? this.sorted[place] : place);

  layout() {
    const width = this.port.clientWidth;
    if (width === 0) return;
    let size = LARGEST;
    while (size > SMALLEST && Math.ceil(this.cells.count / Math.floor(width / size)) * size > HEIGHT) size--;
    this.size = size;
    this.columns = Math.floor(width / size);
    this.height = Math.ceil(this.cells.count / this.columns) * size;
    this.port.style.setProperty("height", Math.min(TALLEST, Math.max(this.height, size)) + "px");
    this.spacer.style.setProperty("height", this.height + "px");
    this.draw();
  }

  draw() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.paint();
    });
  }

  paint() {
    if (!this.size) return;
    // A whole number of device pixels per cell, or cells would be uneven.
    const ratio = Math.max(1, Math.round(window.devicePixelRatio || 1));
    const size = this.size * ratio;
    const gap = this.size >= 5 ? ratio : 0;
    const width = this.columns * size;
    const viewHeight = this.port.clientHeight;
    const first = Math.floor(this.port.scrollTop / this.size);
    const lines = Math.min(Math.ceil(viewHeight / this.size) + 1, this.height / this.size - first);
    const height = Math.max(1, lines) * size;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.setProperty("width", width / ratio + "px");
      this.canvas.style.setProperty("height", height / ratio + "px");
    }
    this.canvas.style.setProperty("transform", `translateY(${first * this.size - this.port.scrollTop}px)`);
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const colors = this.palette();
    const end = Math.min(this.cells.count, (first + lines) * this.columns);
    for (let place = first * this.columns; place < end; place++) {
      const color = colors[this.colorOf(this.index(place))];
      const x = (place % this.columns) * size;
      const y = (Math.floor(place / this.columns) - first) * size;
      for (let line = y; line < y + size - gap; line++) pixels.fill(color, line * width + x, line * width + x + size - gap);
    }
    this.enlarge(pixels, width, height, first, end, size, colors);
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }

  /** What a person looks for must not drown among thousands of small cells. */
  enlarge(pixels, width, height, first, end, size, colors) {
    if (this.size >= 4) return;
    const wanted = this.by === "state" ? 1 + CELL_STATES.indexOf("FAILED") : 2 + CELL_STATES.length + STEPS.length;
    for (let place = first * this.columns; place < end; place++) {
      if (this.colorOf(this.index(place)) !== wanted) continue;
      const x = Math.max(0, (place % this.columns) * size - size / 2);
      const y = Math.max(0, (Math.floor(place / this.columns) - first) * size - size / 2);
      for (let line = y; line < Math.min(height, y + 2 * size); line++) pixels.fill(colors[wanted], line * width + x, line * width + Math.min(width, x + 2 * size));
    }
  }

  colorOf(i) {
    const state = this.cells.state[i];
    if (this.only !== null && state !== this.only) return 0;
    if (this.by === "state") return 1 + state;
    const d = this.cells.duration[i];
    if (Number.isNaN(d) || !this.stats) return 1 + CELL_STATES.length;
    const step = STEPS.findIndex((s) => d <= s * this.stats.median);
    return 2 + CELL_STATES.length + (step < 0 ? STEPS.length : step);
  }

  /** Colours as pixels: dimmed, each state, no duration, each step. */
  palette() {
    const style = getComputedStyle(document.documentElement);
    const names = ["--fill-dim", ...CELL_STATES.map((s) => "--fill-" + s), "--fill-PENDING", ...STEP_NAMES.map((_, i) => "--heat-" + i)];
    return names.map((n) => pixel(style.getPropertyValue(n).trim()));
  }

  place(e) {
    const box = this.port.getBoundingClientRect();
    const x = Math.floor((e.clientX - box.left - this.port.clientLeft) / this.size);
    const y = Math.floor((e.clientY - box.top - this.port.clientTop + this.port.scrollTop) / this.size);
    const place = y * this.columns + x;
    return x >= 0 && x < this.columns && place >= 0 && place < this.cells.count ? place : -1;
  }

  point(e) {
    const place = this.place(e);
    if (place < 0) this.leave();
    else this.tell(place);
  }

  click(e) {
    const place = this.place(e);
    if (place >= 0) this.open(place);
  }

  key(e) {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns, PageDown: this.columns * 10, PageUp: -this.columns * 10 }[e.key];
    const to = e.key === "Home" ? 0 : e.key === "End" ? this.cells.count - 1 : step === undefined ? null : this.cursor + step;
    if (e.key === "Enter" && this.cells.count > 0) this.open(this.cursor);
    else if (to !== null && this.cells.count > 0) {
      this.cursor = Math.min(this.cells.count - 1, Math.max(0, to));
      const top = Math.floor(this.cursor / this.columns) * this.size;
      if (top < this.port.scrollTop) this.port.scrollTop = top;
      else if (top + this.size > this.port.scrollTop + this.port.clientHeight) this.port.scrollTop = top + this.size - this.port.clientHeight;
      this.tell(this.cursor);
    } else return;
    e.preventDefault();
  }

  tell(place) {
    this.cursor = place;
    const c = this.cells.at(this.index(place));
    const mark = this.mark.style;
    this.mark.hidden = false;
    mark.setProperty("width", Math.max(this.size, 6) + "px");
    mark.setProperty("height", Math.max(this.size, 6) + "px");
    const shift = Math.max(0, (6 - this.size) / 2);
    const x = (place % this.columns) * this.size - shift;
    // Not beyond the last line, which would make the port scroll.
    const y = Math.min(Math.floor(place / this.columns) * this.size - shift, this.height - Math.max(this.size, 6));
    mark.setProperty("transform", `translate(${Math.max(0, x)}px, ${Math.max(0, y)}px)`);
    const times = this.stats && !Number.isNaN(c.duration) ? `, ${duration(c.duration)} (${(c.duration / this.stats.median).toFixed(1)} × median)` : "";
    fill(this.told, h("span", { class: "id" }, c.id), ` ${words(c.state)}${times}, ${count(c.rows, "row")}${c.attempt > 0 ? `, attempt ${c.attempt + 1}` : ""}`);
  }

  leave() {
    if (document.activeElement === this.port) return;
    this.mark.hidden = true;
    this.rest();
  }

  /** What is told while no partition is pointed at: where the skew is. */
  rest() {
    const s = this.stats;
    if (!s) {
      fill(this.told, this.feed.complete ? "No partition has run yet." : "");
      return;
    }
    const longest = this.cells.at(this.cells.duration.indexOf(s.max));
    fill(this.told, `Durations: median ${duration(s.median)}, 99 % within ${duration(s.p99)}, longest ${duration(s.max)} (${(s.max / s.median).toFixed(1)} × median): `, h("a", { href: this.link(longest.id), class: "id" }, longest.id));
  }

  link = (id) => `#/b/${encodeURIComponent(this.backfill)}/p/${encodeURIComponent(id)}`;

  open(place) {
    location.hash = this.link(this.cells.at(this.index(place)).id);
  }

  tools() {
    const b = store.backfills.get(this.backfill);
    const loading = !this.feed?.complete && b ? `${whole(this.cells?.count ?? 0)} of ${whole(b.partitions)} loaded` : "";
    const choose = (name, value) => () => {
      this[name] = value;
      this.changed();
    };
    fill(
      this.toolbar,
      segments("Colour by", [["state", "State"], ["duration", "Duration"]], this.by, (v) => choose("by", v)),
      segments("Order", [["plan", "Plan order"], ["longest", "Longest first"]], this.order, (v) => choose("order", v)),
      this.by === "state" ? this.stateLegend() : this.heatLegend(),
      h("span", { class: "sub inline", role: "status" }, this.error ? `Not loaded: ${this.error}; trying again` : loading),
    );
    if (this.mark.hidden) this.rest();
  }

  stateLegend() {
    const counts = new Array(CELL_STATES.length).fill(0);
    this.cells?.state.forEach((s) => counts[s]++);
    return h(
      "div",
      { class: "legend", role: "group", "aria-label": "Show only" },
      CELL_STATES.map((s, i) =>
        (counts[i] > 0 || this.only === i) &&
        h(
          "button",
          {
            type: "button",
            class: "quiet",
            "data-key": s,
            "aria-pressed": String(this.only === i),
            onclick: () => {
              this.only = this.only === i ? null : i;
              this.changed();
            },
          },
          h("i", { "data-fill": s, "aria-hidden": "true" }),
          `${words(s)} ${whole(counts[i])}`,
        ),
      ),
    );
  }

  heatLegend() {
    return h("div", { class: "legend" }, h("span", { class: "sub inline" }, "of the median:"), STEP_NAMES.map((n, i) => h("span", { class: "legend-item" }, h("i", { "data-heat": i, "aria-hidden": "true" }), n)));
  }
}

function segments(label, options, chosen, onChoose) {
  return h("div", { class: "segments", role: "group", "aria-label": label }, options.map(([value, name]) => h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: onChoose(value) }, name)));
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

/** #rrggbb as a pixel of ImageData, which is little-endian ABGR everywhere this runs. */
function pixel(hex) {
  const n = parseInt(hex.slice(1), 16);
  return (0xff000000 | ((n & 0xff) << 16) | (n & 0xff00) | (n >> 16)) >>> 0;
}
