/** The page of one backfill. */

import { backfillPath, get } from "./api.js";
import { RateChart } from "./chart.js";
import { announce, fill, h, keep } from "./dom.js";
import { alertList, auditTable, workerTable } from "./fleet.js";
import { words } from "./format.js";
import { Grid } from "./grid.js";
import { panel } from "./parts.js";
import { openPartition, PartitionList } from "./partitions.js";
import { figures, failures, head, proof } from "./summary.js";
import { alerts, decisions, isOver, running, store } from "./store.js";

/** The plan and the directive change seldom, and no event tells of them. */
const DETAIL_MS = 5_000;
const FAILURES_MS = 3_000;

/** Shows a backfill; returns {title, update, stop, partition(id)}. */
export function openBackfill(root, id) {
  const b = store.backfills.get(id);
  if (!b) {
    const missing = () => fill(root, h("section", { class: "panel" }, h("div", { class: "panel-body" }, h("p", { class: "empty" }, `There is no backfill ${id}. It may have been archived. `, h("a", { href: "#/" }, "All backfills")))));
    missing();
    return { title: id, update: () => {}, stop: () => {}, missing: true };
  }
  const chart = new RateChart(id);
  const grid = new Grid(id);
  const list = new PartitionList(id);
  const more = new Details(id, update);
  let state = b.state;
  let dialog = null;

  function update() {
    const now = store.backfills.get(id);
    if (!now) return;
    if (now.state !== state) announce(`${now.name} is ${words(now.state)}`);
    state = now.state;
    more.refresh(now);
    const open = alerts(id);
    const audit = decisions(id);
    fill(
      root,
      head(now),
      open.length > 0 && h("section", { class: "urgent", "aria-label": "Open alerts", "data-key": "alerts" }, alertList(open, id)),
      figures(now, more.directive),
      h(
        "div",
        { class: "columns", "data-key": "columns" },
        h("div", { class: "column" }, panel("chart", "Throughput", null, keep(chart.element)), panel("grid", "Partitions", null, keep(grid.element))),
        h(
          "div",
          { class: "column" },
          panel("proof", isOver(now) ? "Proof" : "Proof so far", null, proof(now)),
          panel("failures", "Failures and dead letters", null, failures(more.failures, now)),
          panel("audit", "Audit trail", null, auditTable(audit, id)),
        ),
      ),
      panel("workers", "Workers", null, workerTable(id, more.directive)),
      panel("list", "List of partitions", null, keep(list.element)),
    );
    chart.update();
    grid.update(now, running(id));
    if (!isOver(now)) list.update();
  }

  update();
  return {
    title: b.name,
    update,
    partition(partition) {
      dialog?.();
      dialog = null;
      if (!partition) return;
      dialog = openPartition(id, partition, () => {
        dialog = null;
        const home = `#/b/${encodeURIComponent(id)}`;
        if (location.hash.startsWith(home + "/p/")) history.pushState(null, "", home);
      });
    },
    stop() {
      dialog?.();
      chart.close();
      grid.close();
      list.close();
      more.close();
    },
  };
}

/** What events do not tell: the directive that workers obey, and failures by cause. */
class Details {
  constructor(id, onChange) {
    this.id = id;
    this.onChange = onChange;
    this.directive = null;
    this.failures = null;
    this.detailAt = -Infinity;
    this.failuresAt = -Infinity;
    this.failuresOf = null;
    this.abort = new AbortController();
  }

  refresh(b) {
    const now = performance.now();
    if (now - this.detailAt > DETAIL_MS && !(isOver(b) && this.directive)) {
      this.detailAt = now;
      this.ask("", {}, (answer) => {
        this.directive = answer.directive;
      });
    }
    const counts = `${b.failed} ${b.retrying} ${b.dead_letters}`;
    if (counts !== this.failuresOf && now - this.failuresAt > FAILURES_MS) {
      this.failuresAt = now;
      this.ask("/failures", {}, (answer) => {
        this.failures = answer;
        this.failuresOf = counts;
      });
    }
  }

  async ask(path, parameters, take) {
    try {
      take(await get(backfillPath(this.id) + path, parameters, this.abort.signal));
      this.onChange();
    } catch (e) {
      // The connection's own sign tells when the reconciler is away; the next round asks again.
      if (e.name !== "AbortError") console.info(`${path || "detail"}: ${e.message}`);
    }
  }

  close() {
    this.abort.abort();
  }
}
