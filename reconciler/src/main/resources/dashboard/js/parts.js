/** Small pieces that several views show. */

import { h } from "./dom.js";
import { ago, arrival, count, duration, interval, moment, percent, rate, suffix, whole, words } from "./format.js";
import { isOver, running } from "./store.js";

/** The partition states in the order in which they are shown, with their fields in Progress. */
export const STATES = ["COMPLETED", "RUNNING", "RETRYING", "FAILED", "CANCELLED", "PENDING"];

/** A state as a coloured word. */
export const badge = (state) => h("span", { class: "badge", "data-state": state }, words(state));

export const severity = (s) => h("span", { class: "badge", "data-state": s }, words(s));

/** How much is done, 0 to 1: rows where their number is known, partitions where it is not. */
export function share(b) {
  if (b.state === "COMPLETED") return 1;
  if (b.partitions === 0) return 0;
  const parts = b.completed / b.partitions;
  const done = b.rows_estimated > 0 && !isOver(b) ? b.rows / b.rows_estimated : parts;
  // The estimate may be too low; only a finished backfill is at 100 %.
  return Math.min(done, b.completed === b.partitions ? 1 : 0.999);
}

/** The partitions of a backfill as one bar. */
export function bar(b) {
  const done = share(b);
  const text = `${percent(done)} done; ` + STATES.filter((s) => b[s.toLowerCase()] > 0).map((s) => `${whole(b[s.toLowerCase()])} ${words(s)}`).join(", ");
  return h(
    "div",
    { class: "progress", role: "progressbar", "aria-label": `progress of ${b.name}`, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.floor(done * 100), "aria-valuetext": text, title: text },
    STATES.filter((s) => s !== "PENDING").map((s) =>
      h("span", { "data-key": s, "data-fill": s, css: { "flex-grow": String(b.partitions > 0 ? b[s.toLowerCase()] : 0) } }),
    ),
    h("span", { "data-key": "PENDING", css: { "flex-grow": String(b.partitions > 0 ? b.pending : 1) } }),
  );
}

/** Time left, as an interval. */
export function eta(b) {
  if (isOver(b)) return b.ended_at ? "ended " + moment(b.ended_at) : "—";
  if (b.eta_low_ms === null || b.eta_high_ms === null) return "not known yet";
  return interval(b.eta_low_ms, b.eta_high_ms);
}

/** When that is, by the clock. */
export function etaClock(b) {
  if (isOver(b) || b.eta_low_ms === null || b.eta_high_ms === null) return "";
  return b.state === "PAUSED" ? "once it is resumed" : arrival(b.eta_low_ms, b.eta_high_ms);
}

/** Throughput now; of one that is over, its mean. */
export function speed(b) {
  if (!isOver(b)) return b.rows_per_s > 0 ? rate(b.rows_per_s) : "—";
  return b.started_at && b.ended_at > b.started_at ? rate((b.rows * 1000) / (b.ended_at - b.started_at)) + " mean" : "—";
}

/** Why it is in its state or slower than it could be: [text], most important first. */
export function whys(b, directive) {
  const texts = [b.reason, !isOver(b) && directive?.run_state === "HOLD" ? directive.reason : "", b.slowed_by].filter(Boolean);
  const limits = [];
  if (b.rows_per_s_limit !== null && b.rows_per_s_limit !== undefined) limits.push(`at most ${rate(b.rows_per_s_limit)}`);
  if (b.lanes_limit !== null && b.lanes_limit !== undefined) limits.push(`at most ${count(b.lanes_limit, "lane")}`);
  if (limits.length > 0) texts.push("Throttled: " + limits.join(", ") + ".");
  return [...new Set(texts)];
}

/**
 * The partition that will be done last of those that run: {partition_id, worker, left (ms)}; null if none is known.
 * No fleet finishes before its longest partition, however many lanes it has.
 */
export function straggler(b) {
  const all = running(b.backfill_id)
    .filter((r) => r.rows_per_s > 0 && r.rows_remaining >= 0)
    .map((r) => ({ ...r, left: (r.rows_remaining / r.rows_per_s) * 1000 }));
  return all.reduce((worst, r) => (worst === null || r.left > worst.left ? r : worst), null);
}

/** A link to a partition. */
export const partitionLink = (id) =>
  h("a", { href: `#/b/${encodeURIComponent(id.slice(0, id.indexOf("/")))}/p/${encodeURIComponent(suffix(id))}`, class: "id" }, suffix(id));

export const backfillLink = (id, text = id) => h("a", { href: `#/b/${encodeURIComponent(id)}` }, text);

/** A moment with how long ago it was. */
export const when = (at) => (at ? h("time", { datetime: new Date(at).toISOString(), title: ago(at) }, moment(at)) : "—");

/** A titled part of a page. */
export const panel = (id, title, extra, ...children) =>
  h(
    "section",
    { class: "panel", id, "aria-labelledby": id + "-title", "data-key": id },
    h("header", null, h("h2", { id: id + "-title" }, title), extra),
    h("div", { class: "panel-body" }, children),
  );

/** Bytes, rows and time since the start in one line. */
export const since = (b) => (b.started_at ? duration((b.ended_at ?? Date.now()) - b.started_at) : "not started");
