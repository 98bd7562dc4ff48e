/** The list of backfills. */

import { buttons } from "./commands.js";
import { fill, h, table } from "./dom.js";
import { percent, short, whole, words } from "./format.js";
import { alertList } from "./fleet.js";
import { backfillLink, badge, bar, eta, etaClock, share, speed, straggler, whys } from "./parts.js";
import { alerts, backfills, isOver, store } from "./store.js";

const FILTERS = { all: () => true, active: (b) => !isOver(b), over: isOver };
const NAMES = { all: "All", active: "Active", over: "Ended" };

/** Shows the list in an element; returns {title, update, stop}. */
export function openList(root) {
  let filter = "all";

  function update() {
    const all = backfills();
    const shown = all.filter(FILTERS[filter]);
    fill(
      root,
      h("h1", { class: "sr-only" }, "Backfills"),
      tiles(all),
      urgent(),
      h(
        "section",
        { class: "panel", "aria-labelledby": "backfills-title" },
        h(
          "header",
          null,
          h("h2", { id: "backfills-title" }, "Backfills"),
          h(
            "div",
            { class: "segments", role: "group", "aria-label": "Show" },
            Object.keys(FILTERS).map((f) =>
              h(
                "button",
                {
                  type: "button",
                  "aria-pressed": String(f === filter),
                  onclick: () => {
                    filter = f;
                    update();
                  },
                },
                `${NAMES[f]} ${whole(all.filter(FILTERS[f]).length)}`,
              ),
            ),
          ),
        ),
        h("div", { class: "panel-body flush" }, rows(shown, all.length)),
      ),
    );
  }

  update();
  return { title: "Backfills", update, stop: () => {} };
}

function rows(shown, all) {
  return table({
    caption: "Backfills, the newest first",
    key: (b) => b.backfill_id,
    rows: shown,
    empty: all === 0 ? h("span", null, "No backfill yet. ", h("code", null, "tidemark plan SPEC"), " makes one.") : "None of these.",
    columns: [
      { name: "Backfill", className: "name", cell: (b) => [backfillLink(b.backfill_id, b.name), h("span", { class: "sub id" }, b.backfill_id.slice(b.name.length + 1) + (b.domain === "default" ? "" : " · " + b.domain))] },
      { name: "State", cell: (b) => badge(b.state) },
      { name: "Progress", wide: true, className: "progress-cell", cell: (b) => [bar(b), h("span", { class: "sub" }, `${percent(share(b))} · ${whole(b.completed)} of ${whole(b.partitions)} partitions · ${short(b.rows)} rows`)] },
      { name: "Throughput", numeric: true, cell: (b) => [speed(b), spark(b)] },
      { name: "Time left", numeric: true, cell: (b) => [eta(b), h("span", { class: "sub" }, etaClock(b))] },
      { name: "Why", wide: true, className: "why-cell", cell: why },
      { name: "Commands", hidden: true, wide: true, className: "actions-cell", cell: (b) => buttons(b) },
    ],
  });
}

function why(b) {
  const texts = whys(b);
  if (b.failed > 0 && b.state !== "FAILED") texts.push(`${whole(b.failed)} failed.`);
  if (b.drift > 0) texts.push(`Drift: ${b.last_drift}`);
  const last = straggler(b);
  if (texts.length === 0 && last && b.pending === 0) texts.push(`Waits for partition ${last.partition_id.split("/")[1]} on ${last.worker}.`);
  if (b.state === "COMPLETED" && b.covered) texts.push("Covered: no gap, no overlap.");
  return texts.map((t) => h("p", null, t));
}

/** Throughput of the last minutes as a line; only a picture of the number beside it. */
function spark(b) {
  const points = store.history.get(b.backfill_id)?.rate.slice(-60) ?? [];
  if (isOver(b) || points.length < 3) return null;
  const top = Math.max(...points, 1);
  const d = points.map((p, i) => `${i === 0 ? "M" : "L"}${((i / (points.length - 1)) * 72).toFixed(1)} ${(17 - (p / top) * 15).toFixed(1)}`).join("");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 72 18");
  svg.setAttribute("class", "spark");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

function tiles(all) {
  const states = ["RUNNING", "WAITING", "PAUSED", "FAILED", "COMPLETED"];
  const rowsPerSecond = all.filter((b) => !isOver(b)).reduce((sum, b) => sum + b.rows_per_s, 0);
  const lanes = store.workers.reduce((sum, w) => sum + w.lanes, 0);
  const busy = store.workers.reduce((sum, w) => sum + w.lanes_busy, 0);
  return h(
    "dl",
    { class: "tiles" },
    states.map((s) => tile(words(s), whole(all.filter((b) => b.state === s).length), s)),
    tile("rows/s", short(Math.round(rowsPerSecond))),
    tile("lanes busy", `${busy} / ${lanes}`),
    tile("open alerts", whole(store.alerts.size), store.alerts.size > 0 ? "WARNING" : null),
  );
}

const tile = (name, value, state) => h("div", { "data-state": value === "0" ? null : state }, h("dt", null, name), h("dd", null, value));

function urgent() {
  const some = alerts().filter((a) => a.severity === "CRITICAL" || a.severity === "WARNING").slice(0, 3);
  return some.length > 0 && h("section", { class: "urgent", "aria-label": "Most urgent alerts" }, alertList(some));
}

