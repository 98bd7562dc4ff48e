/** Partitions as a paged list, which says in words what the grid shows, and one partition in full. */

import { backfillPath, get } from "./api.js";
import { confirm } from "./commands.js";
import { openDialog } from "./dialog.js";
import { fill, h, table } from "./dom.js";
import { bytes, duration, short, suffix, whole, words } from "./format.js";
import { badge, partitionLink, when } from "./parts.js";
import { isOperator } from "./store.js";

/** Rows of a page: fewer where each is a card. */
const PAGE = matchMedia("(max-width: 1000px)").matches ? 10 : 25;
const FRESH_MS = 2_000;
const STATES = ["PENDING", "RUNNING", "RETRYING", "COMPLETED", "FAILED", "CANCELLED"];

/** The ledger, a page at a time. */
export class PartitionList {
  constructor(backfill) {
    this.backfill = backfill;
    this.state = "";
    /** Where each page before this one began, and this one: null is the first. */
    this.starts = [null];
    this.page = null;
    this.error = null;
    this.fetchedAt = 0;
    this.element = h("div", { "data-key": "ledger", class: "partitions" });
    this.load();
  }

  update() {
    if (performance.now() - this.fetchedAt > FRESH_MS) this.load();
  }

  close() {
    this.closed = true;
  }

  async load() {
    const asked = `${this.state}|${this.starts.length}`;
    this.fetchedAt = performance.now();
    this.asked = asked;
    try {
      const page = await get(backfillPath(this.backfill) + "/partitions", { state: this.state, after: this.starts.at(-1), limit: PAGE });
      if (this.closed || this.asked !== asked) return;
      this.page = page;
      this.error = null;
    } catch (e) {
      this.error = e.message;
    }
    this.show();
  }

  go(change) {
    change();
    this.load();
  }

  show() {
    const filter = h(
      "select",
      {
        id: "partition-state",
        onchange: (e) =>
          this.go(() => {
            this.state = e.target.value;
            this.starts = [null];
          }),
      },
      h("option", { value: "" }, "all states"),
      STATES.map((s) => h("option", { value: s, selected: s === this.state }, words(s))),
    );
    const pages = h(
      "div",
      { class: "pager", role: "group", "aria-label": "Pages" },
      h("button", { type: "button", disabled: this.starts.length === 1, onclick: () => this.go(() => this.starts.pop()) }, "← Previous"),
      h("span", null, `page ${whole(this.starts.length)}`),
      h("button", { type: "button", disabled: !this.page?.next, onclick: () => this.go(() => this.starts.push(this.page.next)) }, "Next →"),
    );
    fill(
      this.element,
      h("div", { class: "list-tools" }, h("label", { for: "partition-state" }, "Show"), filter, pages),
      this.error && h("p", { class: "refused" }, this.error),
      this.page && rows(this.page.partitions),
    );
  }
}

function rows(partitions) {
  return table({
    caption: "Partitions by id",
    key: (p) => p.descriptor.partition_id,
    rows: partitions,
    empty: "No partition is in this state.",
    columns: [
      { name: "Partition", cell: (p) => partitionLink(p.descriptor.partition_id) },
      { name: "State", cell: (p) => badge(p.state) },
      { name: "Rows", numeric: true, cell: (p) => [whole(p.rows), h("span", { class: "sub" }, `of about ${short(p.descriptor.rows_estimated)}`)] },
      { name: "Duration", numeric: true, cell: took },
      { name: "Worker", cell: (p) => h("span", { class: "id" }, p.worker || "—") },
      { name: "Claims", numeric: true, cell: (p) => whole(p.claims) },
      { name: "Error", wide: true, className: "why-cell", cell: (p) => (p.error ? p.error.message : "") },
    ],
  });
}

const took = (p) => (p.started_at ? duration(Math.max(0, (p.ended_at ?? p.updated_at) - p.started_at)) : "—");

/** Shows one partition in full, over the page of its backfill; going elsewhere or closing it ends that. */
export function openPartition(backfill, id, onClose) {
  const { body, actions, close } = openDialog({ title: `Partition ${id}`, className: "partition", onClose });
  fill(body, h("p", { class: "empty" }, "Loading …"));
  one(backfill, id).then(
    (p) => {
      fill(body, p ? detail(p) : h("p", { class: "refused" }, `There is no partition ${id} in ${backfill}.`));
      if (p?.state === "FAILED" && isOperator()) {
        actions.append(h("button", { type: "button", class: "primary", onclick: () => (close(), confirm(backfill, "retry", { partition: p.descriptor.partition_id })) }, "Retry this partition"));
      }
    },
    (e) => fill(body, h("p", { class: "refused" }, e.message)),
  );
  return close;
}

/** The ledger is read in order of the ids: one is found behind the largest text that sorts before it. */
async function one(backfill, id) {
  const before = id.slice(0, -1) + String.fromCharCode(id.charCodeAt(id.length - 1) - 1) + "~";
  const page = await get(backfillPath(backfill) + "/partitions", { after: `${backfill}/${before}`, limit: 1 });
  return page.partitions.find((p) => suffix(p.descriptor.partition_id) === id);
}

function detail(p) {
  const d = p.descriptor;
  return [
    h("p", null, badge(p.state), p.dead_letters > 0 && ` ${whole(p.dead_letters)} rows set aside`),
    p.error && h("div", { class: "why held" }, h("strong", null, `${words(p.error.kind)} ${p.error.code}: `), p.error.message),
    h(
      "dl",
      { class: "details" },
      line("Rows", `${whole(p.rows)} of about ${whole(d.rows_estimated)}`),
      line("Bytes", bytes(p.bytes)),
      line("Chunks", whole(p.chunks)),
      line("Slice", slice(d.slice)),
      line("Cursor", p.cursor.length > 0 ? p.cursor.join(", ") : "at its beginning"),
      line("Started", when(p.started_at)),
      line("Ended", when(p.ended_at)),
      line("Duration", took(p)),
      line("Worker", p.worker || "—"),
      line("Queue", d.queue),
      line("Fence", p.fence < 0 ? "not claimed yet" : whole(p.fence)),
      line("Claims", `${whole(p.claims)} in round ${d.round + 1}`),
      line("Failed attempts", whole(p.attempt)),
      line("Digest", [h("code", null, p.digest.sum), ` over ${whole(p.digest.rows)} rows`]),
      p.files > 0 && line("Files", whole(p.files)),
    ),
  ];
}

const line = (name, value) => h("div", null, h("dt", null, name), h("dd", null, value));

function slice(s) {
  if (s.columns) {
    if (s.null_keys) return `${s.columns.join(", ")} is NULL`;
    const bound = (b) => (b ? b.join(", ") : null);
    return `${bound(s.lower) ? bound(s.lower) + " < " : ""}${s.columns.join(", ")}${bound(s.upper) ? " ≤ " + bound(s.upper) : ""}`;
  }
  return Object.entries(s)
    .filter(([k, v]) => k !== "kind" && v !== null && typeof v !== "object")
    .map(([k, v]) => `${words(k)} ${v}`)
    .join(", ");
}
