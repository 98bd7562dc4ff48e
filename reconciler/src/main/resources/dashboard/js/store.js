/** What the page knows: the newest of everything the server told, and the throughput seen since the page was opened. */

import { get } from "./api.js";

/** Points of throughput kept for one backfill: an hour at one a second. */
const HISTORY = 3_600;
const DECISIONS = 500;

export const store = {
  session: null,
  /** One of connecting, live, polling, lost. */
  connection: "connecting",
  /** When anything was last heard, milliseconds since the epoch; null: never. */
  heardAt: null,
  backfills: new Map(),
  workers: [],
  alerts: new Map(),
  decisions: [],
  history: new Map(),
};

const listeners = new Set();
let pending = false;

/** Calls a function with the kinds of changes since its last call, at most once in each frame. Returns how to stop it. */
export function watch(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const changes = new Set();

/** Something of this kind changed. */
export function changed(kind) {
  changes.add(kind);
  if (pending) return;
  pending = true;
  // Frames stop in a hidden tab, and so does all drawing.
  requestAnimationFrame(() => {
    pending = false;
    const seen = new Set(changes);
    changes.clear();
    listeners.forEach((l) => l(seen));
  });
}

/** Asks for everything anew. */
export async function refresh() {
  const [backfills, workers, alerts, decisions] = await Promise.all([
    get("/api/v1/backfills"),
    get("/api/v1/workers"),
    get("/api/v1/alerts", { open: true }),
    get("/api/v1/decisions", { limit: 200 }),
  ]);
  store.backfills = new Map(backfills.backfills.map((b) => [b.backfill_id, b]));
  backfills.backfills.forEach(remember);
  store.workers = workers.workers;
  store.alerts = new Map(alerts.alerts.map((a) => [a.alert_id, a]));
  store.decisions = decisions.decisions;
  heard("backfills", "workers", "alerts", "decisions");
}

/** Takes an event of the stream. */
export function take(event, data) {
  switch (event) {
    case "progress":
      store.backfills.set(data.backfill_id, data);
      remember(data);
      heard("backfills");
      break;
    case "workers":
      store.workers = Array.isArray(data) ? data : data.workers;
      heard("workers");
      break;
    case "alert":
      if (data.resolved_at) store.alerts.delete(data.alert_id);
      else store.alerts.set(data.alert_id, data);
      heard("alerts");
      break;
    case "decision":
      if (!store.decisions.some((d) => d.command.command_id === data.command.command_id)) {
        store.decisions = [data, ...store.decisions].slice(0, DECISIONS);
      }
      if (data.accepted && data.command.type === "ARCHIVE") archived(data);
      heard("decisions");
      break;
    default:
      console.warn("an event that this page does not know: " + event);
  }
}

/** An archived backfill has no records left that could tell of it; one that was planned later with its id has. */
function archived(decision) {
  const id = decision.command.backfill_id;
  if (store.backfills.get(id)?.created_at <= decision.at && store.backfills.delete(id)) {
    store.history.delete(id);
    changed("backfills");
  }
}

function heard(...kinds) {
  store.heardAt = Date.now();
  kinds.forEach(changed);
}

function remember(b) {
  let points = store.history.get(b.backfill_id);
  if (!points) store.history.set(b.backfill_id, (points = { at: [], rate: [], limit: [] }));
  const at = b.updated_at / 1000;
  if (points.at.length > 0 && at <= points.at[points.at.length - 1]) return;
  points.at.push(at);
  points.rate.push(isOver(b) ? 0 : b.rows_per_s);
  points.limit.push(b.rows_per_s_limit ?? null);
  if (points.at.length > HISTORY) for (const series of Object.values(points)) series.shift();
}

/** States that nothing leaves. */
const OVER = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

/** Whether a backfill has ended. */
export const isOver = (b) => OVER.has(b.state);

/** Newest first. */
export const backfills = () => [...store.backfills.values()].sort((a, b) => b.created_at - a.created_at || (a.backfill_id < b.backfill_id ? -1 : 1));

const URGENCY = ["CRITICAL", "WARNING", "INFO", "UNKNOWN"];

/** Open alerts, of one backfill or of all, the most urgent first. */
export const alerts = (backfill) =>
  [...store.alerts.values()]
    .filter((a) => !backfill || a.backfill_id === backfill)
    .sort((a, b) => URGENCY.indexOf(a.severity) - URGENCY.indexOf(b.severity) || b.at - a.at);

/** Decisions about one backfill, or all, newest first. */
export const decisions = (backfill) => store.decisions.filter((d) => !backfill || d.command.backfill_id === backfill);

/** What runs of a backfill just now, over all workers: {worker, partition_id, rows, rows_remaining, rows_per_s, ...}. */
export const running = (backfill) =>
  store.workers.flatMap((w) => (w.running ?? []).filter((r) => r.backfill_id === backfill).map((r) => ({ ...r, worker: w.worker_id })));

/** Whether this person may steer. */
export const isOperator = () => store.session?.role === "operator";
