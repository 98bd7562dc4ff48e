/** What concerns all backfills: workers, alerts, the audit trail; also shown, for one, on its page. */

import { fill, h, table } from "./dom.js";
import { ago, bytes, count, duration, percent, rate, short, whole, words } from "./format.js";
import { backfillLink, panel, partitionLink, severity, when } from "./parts.js";
import { alerts, decisions, store } from "./store.js";

/** A heartbeat comes twice a second; one older than this is worth a word. */
const SILENT_MS = 5_000;

const PAGES = {
  workers: { title: "Workers", body: () => workerTable() },
  alerts: { title: "Alerts", body: () => alertList(alerts()) },
  audit: { title: "Audit trail", body: () => auditTable(decisions()) },
};

/** Shows one of these pages; returns {title, update, stop}. */
export function openFleet(root, page) {
  const { title, body } = PAGES[page];
  const update = () => fill(root, h("h1", { class: "sr-only" }, title), panel(page, title, null, body()));
  update();
  return { title, update, stop: () => {} };
}

/**
 * Workers with their lanes and what slows them.
 *
 * backfill: only what they do for this one, with their share of its limits; null: all.
 */
export function workerTable(backfill = null, directive = null) {
  const shares = new Map((directive?.shares ?? []).map((s) => [s.worker_id, s]));
  const mine = (w) => (w.running ?? []).filter((r) => !backfill || r.backfill_id === backfill);
  return table({
    caption: backfill ? "Workers and what they run of this backfill" : "Workers",
    key: (w) => w.worker_id,
    rows: store.workers.filter((w) => w.queues.length > 0 || w.lanes_busy > 0 || Date.now() - w.at < SILENT_MS),
    empty: "No worker is there. Start one with: tidemark worker",
    columns: [
      { name: "Worker", className: "name", cell: (w) => [h("span", { class: "id" }, w.worker_id), h("span", { class: "sub" }, `${w.host} · ${w.version} · up ${duration(Math.max(0, w.at - w.started_at))}`)] },
      { name: "Lanes", cell: (w) => [lanes(w), h("span", { class: "sub" }, `${w.lanes_busy} of ${w.lanes} busy · ${count(w.queues.length, "queue")}`)] },
      { name: "Throughput", numeric: true, cell: (w) => [rate(w.rows_per_s), share(shares.get(w.worker_id))] },
      { name: "CPU", numeric: true, cell: (w) => (w.cpu < 0 ? "—" : percent(w.cpu)) },
      { name: "Heap", numeric: true, cell: (w) => [bytes(w.heap_used), h("span", { class: "sub" }, "of " + bytes(w.heap_max))] },
      { name: "Running", wide: true, cell: (w) => runs(mine(w), backfill) },
      { name: "Pressure", wide: true, cell: (w) => pressure(w, backfill) },
    ],
  });
}

const lanes = (w) =>
  h(
    "span",
    { class: "lanes", "aria-hidden": "true" },
    Array.from({ length: Math.min(w.lanes, 32) }, (_, i) => h("i", { class: i < w.lanes_busy ? "on" : null })),
  );

function share(s) {
  if (!s) return null;
  const parts = [s.rows_per_s >= 0 && `≤ ${rate(s.rows_per_s)}`, s.lanes >= 0 && `≤ ${count(s.lanes, "lane")}`].filter(Boolean);
  return parts.length > 0 && h("span", { class: "sub" }, "its share: " + parts.join(", "));
}

function runs(running, backfill) {
  if (running.length === 0) return "—";
  const shown = [...running].sort((a, b) => b.rows_remaining - a.rows_remaining).slice(0, 8);
  return h(
    "ul",
    { class: "runs" },
    shown.map((r) =>
      h(
        "li",
        { "data-key": r.partition_id },
        partitionLink(r.partition_id),
        " ",
        !backfill && h("span", { class: "sub inline" }, r.backfill_id + " "),
        h("span", { class: "sub inline" }, `${short(r.rows)} rows, ${r.rows_remaining >= 0 ? short(r.rows_remaining) + " left" : "rest unknown"}${timeLeft(r)}`),
      ),
    ),
    running.length > shown.length && h("li", { class: "sub" }, `and ${whole(running.length - shown.length)} more`),
  );
}

const timeLeft = (r) => (r.rows_per_s > 0 && r.rows_remaining > 0 ? `, about ${duration((r.rows_remaining / r.rows_per_s) * 1000)}` : "");

function pressure(w, backfill) {
  const silent = Date.now() - w.at;
  const probes = (w.pressures ?? []).filter((p) => !backfill || p.backfill_id === backfill);
  const lines = [
    silent > SILENT_MS && h("p", { class: "refused" }, `silent for ${duration(silent)}`),
    w.pressure && h("p", null, w.pressure),
    probes.map((p) => h("p", null, `${p.message || `${p.probe}: ${short(p.value)} of ${short(p.limit)}`} (slowed to ${percent(p.factor)})`)),
  ].filter((l) => l && (!Array.isArray(l) || l.length > 0));
  return lines.length > 0 ? lines : h("span", { class: "muted" }, "none");
}

/** Alerts with what to do about each. */
export function alertList(list, backfill = null) {
  if (list.length === 0) return h("p", { class: "empty" }, "No open alert.");
  return h(
    "ul",
    { class: "alerts" },
    list.map((a) =>
      h(
        "li",
        { "data-key": a.alert_id, "data-state": a.severity },
        h("p", { class: "alert-head" }, severity(a.severity), " ", h("strong", null, words(a.kind)), !backfill && [" ", backfillLink(a.backfill_id)], a.partition_id && [" ", partitionLink(a.partition_id)], h("span", { class: "sub inline" }, " " + ago(a.at))),
        h("p", null, a.message),
        a.remedy && h("p", { class: "remedy" }, h("strong", null, "What to do: "), a.remedy),
      ),
    ),
  );
}

/** Who asked for what, why, and what the coordinator answered. */
export function auditTable(list, backfill = null) {
  return table({
    caption: "Commands and what was decided, the newest first",
    key: (d) => d.command.command_id,
    rows: list,
    empty: "No command yet.",
    rowClass: (d) => (d.accepted ? null : "refused-row"),
    columns: [
      { name: "When", cell: (d) => when(d.at) },
      { name: "Command", cell: (d) => [h("strong", null, words(d.command.type)), h("span", { class: "sub" }, Object.entries(d.command.arguments ?? {}).map(([k, v]) => `${words(k)} ${v}`).join(", "))] },
      !backfill && { name: "Backfill", wide: true, cell: (d) => backfillLink(d.command.backfill_id) },
      { name: "Who", cell: (d) => d.command.who || "—" },
      { name: "Why", wide: true, cell: (d) => d.command.why || h("span", { class: "muted" }, "no reason given") },
      { name: "Decision", wide: true, cell: (d) => [h("span", { class: "badge", "data-state": d.accepted ? "COMPLETED" : "FAILED" }, d.accepted ? "accepted" : "refused"), h("span", { class: "sub" }, d.answer)] },
    ].filter(Boolean),
  });
}
