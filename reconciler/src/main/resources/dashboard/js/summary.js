/** The head of a backfill's page: how far it is, how fast, until when, why not faster, and what is proved. */

import { buttons } from "./commands.js";
import { h } from "./dom.js";
import { bytes, count, duration, percent, rate, short, suffix, whole } from "./format.js";
import { badge, bar, eta, etaClock, partitionLink, share, since, speed, STATES, straggler, when, whys } from "./parts.js";
import { isOver } from "./store.js";

/** Name, state, commands. */
export const head = (b) =>
  h(
    "div",
    { class: "head", "data-key": "head" },
    h("p", { class: "crumbs" }, h("a", { href: "#/" }, "Backfills"), " / ", h("span", { class: "id" }, b.backfill_id)),
    h("div", { class: "head-line" }, h("h1", null, b.name), badge(b.state), b.priority ? h("span", { class: "sub inline" }, `priority ${b.priority}`) : null, buttons(b)),
  );

/** How reasons are headed where a backfill has ended. */
const WHY = { FAILED: "Failed because", CANCELLED: "Cancelled because", COMPLETED: "To know" };

/** Progress and the figures that matter. */
export function figures(b, directive) {
  const reasons = whys(b, directive);
  const held = b.state === "PAUSED" || b.state === "WAITING" || directive?.run_state === "HOLD";
  return h(
    "section",
    { class: "panel figures", "aria-label": "Progress", "data-key": "figures" },
    h("div", { class: "big-progress" }, h("p", { class: "big" }, percent(share(b))), h("div", null, bar(b), counts(b))),
    h(
      "dl",
      { class: "numbers" },
      figure("Throughput", speed(b), b.rows_per_s_limit !== null && b.rows_per_s_limit !== undefined ? `limit ${rate(b.rows_per_s_limit)}` : ""),
      figure(isOver(b) ? "Ended" : "Time left", isOver(b) ? when(b.ended_at) : eta(b), etaClock(b)),
      figure("Rows written", short(b.rows), b.rows_estimated > 0 ? `of about ${short(b.rows_estimated)}` : ""),
      figure("Bytes", bytes(b.bytes), ""),
      figure(isOver(b) ? "Took" : "Runs since", since(b), b.started_at ? when(b.started_at) : ""),
      figure("Dead letters", whole(b.dead_letters), b.dead_letters > 0 ? "rows set aside" : "", b.dead_letters > 0 ? "RETRYING" : null),
      figure("Claims anew", whole(b.claims), "after takeovers"),
    ),
    reasons.length > 0 && h("div", { class: held ? "why held" : "why" }, h("strong", null, WHY[b.state] ?? (held ? "Held because" : "Slower because")), reasons.map((r) => h("p", null, r))),
    critical(b),
    b.source_key && h("p", { class: "source" }, h("strong", null, "Source: "), h("code", null, b.source_key), h("span", { class: "sub" }, "its key in source.rows.per.second")),
  );
}

const counts = (b) =>
  h(
    "ul",
    { class: "counts" },
    STATES.filter((s) => b[s.toLowerCase()] > 0 || s === "COMPLETED").map((s) => h("li", { "data-key": s }, h("i", { "data-fill": s, "aria-hidden": "true" }), `${whole(b[s.toLowerCase()])} ${s.toLowerCase()}`)),
    h("li", { class: "muted" }, `of ${whole(b.partitions)}${b.sealed ? "" : " so far, still planning"}`),
  );

const figure = (name, value, note, state) => h("div", { "data-key": name, "data-state": state }, h("dt", null, name), h("dd", null, value, h("span", { class: "sub" }, note)));

/** A partition that ends sooner holds up nobody. */
const WORTH_TELLING_MS = 5_000;

/** The partition on the critical path. */
function critical(b) {
  const last = isOver(b) ? null : straggler(b);
  if (!last || last.left < WORTH_TELLING_MS) return null;
  return h(
    "p",
    { class: "critical" },
    h("strong", null, "Critical path: "),
    "partition ",
    partitionLink(last.partition_id),
    ` on ${last.worker}: ${short(last.rows_remaining)} rows left at ${rate(last.rows_per_s)}, about ${duration(last.left)}. More workers do not end it sooner.`,
  );
}

/** What is proved of its completion, and what is still open. */
export function proof(b) {
  const digest = b.digest;
  const done = b.completed === b.partitions && b.sealed;
  return h(
    "ul",
    { class: "proof" },
    fact(b.sealed, b.sealed ? "The plan is sealed: all partitions are known." : "The plan is not sealed yet."),
    fact(done, `${whole(b.completed)} of ${count(b.partitions, "partition")} completed.`),
    fact(b.covered, b.covered ? "Covered: the completed ranges add up to the plan, with no gap and no overlap." : "Cover is not proved yet: that takes every partition."),
    fact(b.drift === 0, b.drift === 0 ? "No drift: plan, checkpoints, ledger and sink agree." : `${count(b.drift, "disagreement")}: ${b.last_drift}`, b.drift > 0),
    fact(
      b.state === "COMPLETED",
      [
        b.state === "COMPLETED" ? "Digest of all rows written: " : "Digest of the rows written so far: ",
        h("code", null, digest.sum),
        ` over ${whole(digest.rows)} rows (${digest.domain || "no domain yet"}).`,
      ],
    ),
    b.dead_letters > 0 && h("li", { class: "note" }, `${count(b.dead_letters, "row")} set aside as dead letters, not among these.`),
  );
}

const fact = (holds, text, bad = false) =>
  h("li", { class: bad ? "bad" : holds ? "yes" : "open" }, h("span", { class: "sr-only" }, bad ? "Wrong: " : holds ? "Proved: " : "Open: "), text);

/** What has gone wrong, grouped by its cause. */
export function failures(data, b) {
  if (!data) return h("p", { class: "empty" }, "Loading …");
  const groups = data.groups;
  const letters = data.dead_letters ?? [];
  if (groups.length === 0 && letters.length === 0 && b.dead_letters === 0) return h("p", { class: "empty" }, "Nothing failed, no row was set aside.");
  return [
    groups.length > 0 &&
      h(
        "ul",
        { class: "causes" },
        groups.map((g) =>
          h(
            "li",
            { "data-key": `${g.kind}|${g.code}|${g.message}` },
            h("p", { class: "alert-head" }, h("strong", null, count(g.partitions, "partition")), " ", h("span", { class: "badge", "data-state": "FAILED" }, g.kind.toLowerCase()), " ", g.code && h("code", null, g.code), " e.g. ", partitionLink(g.example)),
            h("p", { class: "message" }, g.message),
          ),
        ),
      ),
    b.dead_letters > 0 && h("p", { class: "message" }, `${count(b.dead_letters, "row")} set aside; to see them: `, h("code", null, `tidemark dead-letters ${b.backfill_id}`)),
    letters.length > 0 &&
      h(
        "ul",
        { class: "causes" },
        letters.map((l) =>
          h(
            "li",
            { "data-key": "dead|" + l.reason },
            h("p", { class: "alert-head" }, h("strong", null, count(l.count, "row")), " ", h("span", { class: "badge", "data-state": "RETRYING" }, "dead letters"), l.example && [" e.g. ", l.example.includes("/") ? partitionLink(l.example) : suffix(l.example)]),
            h("p", { class: "message" }, l.reason),
          ),
        ),
      ),
  ];
}
