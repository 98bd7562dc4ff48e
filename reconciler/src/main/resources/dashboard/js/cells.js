/**
 * The partitions of one backfill in the compact form of the grid, fetched page by page and kept fresh while it runs.
 * A hundred thousand partitions are five pages and some megabytes of typed arrays.
 */

import { backfillPath, get } from "./api.js";

const PAGE = 20_000;
/** Between two rounds over all pages, at least. */
const ROUND_MS = 1_500;
const RETRY_MS = 3_000;

/** Grid states, by the index under which cells hold them; 0 is what this page does not know. */
export const CELL_STATES = ["UNKNOWN", "PENDING", "RUNNING", "RETRYING", "COMPLETED", "FAILED", "CANCELLED"];
const FINAL = new Set([CELL_STATES.indexOf("COMPLETED"), CELL_STATES.indexOf("CANCELLED")]);

/** What is known of the partitions, by their place in the plan. */
export class Cells {
  constructor() {
    this.pages = [];
    this.count = 0;
    this.state = new Uint8Array(0);
    this.duration = new Float64Array(0);
  }

  /** Takes what the server told of a page; true if anything changed. */
  put(index, answer) {
    const before = this.pages[index];
    const n = answer.cells.length;
    const states = answer.states.map((s) => Math.max(0, CELL_STATES.indexOf(s)));
    const page = { next: answer.next, ids: new Array(n), state: new Uint8Array(n), duration: new Float64Array(n), rows: new Float64Array(n), attempt: new Uint16Array(n), final: true };
    answer.cells.forEach(([id, state, duration, rows, attempt], i) => {
      page.ids[i] = id;
      page.state[i] = states[state];
      page.duration[i] = duration ?? NaN;
      page.rows[i] = rows;
      page.attempt[i] = attempt;
      page.final &&= FINAL.has(page.state[i]);
    });
    this.pages[index] = page;
    if (!answer.next) this.pages.length = index + 1;
    this.flatten();
    return !before || before.next !== page.next || before.ids.length !== n || before.state.some((s, i) => s !== page.state[i]) || before.duration.some((d, i) => !Object.is(d, page.duration[i]));
  }

  /** Marks what workers say they run now, ahead of the ledger's next page. */
  run(suffixes) {
    let changed = false;
    for (const suffix of suffixes) {
      const i = this.find(suffix);
      if (i >= 0 && CELL_STATES[this.state[i]] === "PENDING") {
        this.state[i] = CELL_STATES.indexOf("RUNNING");
        changed = true;
      }
    }
    return changed;
  }

  flatten() {
    this.count = this.pages.reduce((sum, p) => sum + p.ids.length, 0);
    if (this.state.length !== this.count) {
      this.state = new Uint8Array(this.count);
      this.duration = new Float64Array(this.count);
    }
    let at = 0;
    for (const p of this.pages) {
      this.state.set(p.state, at);
      this.duration.set(p.duration, at);
      at += p.ids.length;
    }
  }

  /** One partition: {id, state, duration (ms, or NaN), rows, attempt}. */
  at(i) {
    let offset = i;
    for (const p of this.pages) {
      if (offset < p.ids.length) {
        return { id: p.ids[offset], state: CELL_STATES[this.state[i]], duration: p.duration[offset], rows: p.rows[offset], attempt: p.attempt[offset] };
      }
      offset -= p.ids.length;
    }
    return null;
  }

  /** The place of a partition; -1 if it is not known. Ids come sorted. */
  find(suffix) {
    let base = 0;
    for (const p of this.pages) {
      if (p.ids.length > 0 && suffix <= p.ids[p.ids.length - 1]) {
        let low = 0;
        let high = p.ids.length - 1;
        while (low <= high) {
          const middle = (low + high) >> 1;
          if (p.ids[middle] === suffix) return base + middle;
          if (p.ids[middle] < suffix) low = middle + 1;
          else high = middle - 1;
        }
        return -1;
      }
      base += p.ids.length;
    }
    return -1;
  }
}

/** Keeps cells fresh: reads all pages once, then again whenever the backfill's counts have moved. */
export class CellFeed {
  constructor(backfill, onChange, onError) {
    this.backfill = backfill;
    this.cells = new Cells();
    this.onChange = onChange;
    this.onError = onError;
    this.wanted = "";
    this.abort = new AbortController();
    this.wake = null;
    /** Whether every page was read once. */
    this.complete = false;
    this.loop();
  }

  /** Tells what the counts are now; other than before, they ask for another round. */
  moved(counts) {
    this.wanted = counts;
    this.wake?.();
  }

  close() {
    this.abort.abort();
    this.wake?.();
  }

  async loop() {
    let done = null;
    while (!this.abort.signal.aborted) {
      if (this.complete && (done === this.wanted || document.hidden)) {
        await this.sleep(ROUND_MS, done === this.wanted);
        continue;
      }
      const round = this.wanted;
      const began = performance.now();
      try {
        await this.round();
        this.complete = true;
        done = round;
        this.onError(null);
        this.onChange();
        await this.sleep(Math.max(ROUND_MS, performance.now() - began), false);
      } catch (e) {
        if (e.name === "AbortError") return;
        this.onError(e.message);
        await this.sleep(RETRY_MS, false);
      }
    }
  }

  async round() {
    let after = null;
    for (let i = 0; ; i++) {
      const known = this.cells.pages[i];
      // What is completed or cancelled never changes, and a full page of it has no room for more.
      if (!known?.final || known.next === null) {
        const answer = await get(backfillPath(this.backfill) + "/cells", { after, limit: PAGE }, this.abort.signal);
        if (this.cells.put(i, answer)) this.onChange();
      }
      after = this.cells.pages[i].next;
      if (!after) return;
    }
  }

  /** Waits for a time, or, if idle, until something moved. */
  sleep(ms, idle) {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const feed = this;
      function done() {
        clearTimeout(timer);
        feed.wake = null;
        resolve();
      }
      this.wake = idle || this.abort.signal.aborted ? done : null;
    });
  }
}
