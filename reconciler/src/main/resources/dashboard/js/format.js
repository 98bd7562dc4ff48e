/** Numbers, durations and times as people read them. Durations are in milliseconds. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const CLOCK_SHORT = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY_MS = 24 * HOUR;

/** 1234567 → 1,234,567. */
export const whole = (n) => WHOLE.format(n);

/** 1234567 → 1.23M; below ten thousand in full. */
export const short = (n) => (Math.abs(n) < 10_000 ? WHOLE.format(n) : SHORT.format(n));

/** Rows per second. */
export const rate = (n) => (n > 0 && n < 10 ? n.toFixed(1) : short(n)) + " rows/s";

/** 0.4567 → 45.6 %, rounded down so that 100 % means all. */
export function percent(share) {
  if (share >= 1) return "100 %";
  return (Math.floor(Math.max(0, share) * 1000) / 10).toFixed(1) + " %";
}

/** 1536 → 1.5 KiB. */
export function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return (unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + " " + units[unit];
}

/** 754000 → 12 min 34 s; two units at most. */
export function duration(ms) {
  if (ms < SECOND) return Math.round(ms) + " ms";
  if (ms < 10 * SECOND) return (ms / SECOND).toFixed(1) + " s";
  if (ms < MINUTE) return Math.round(ms / SECOND) + " s";
  if (ms < HOUR) return two(ms, MINUTE, "min", SECOND, "s");
  if (ms < DAY_MS) return two(ms, HOUR, "h", MINUTE, "min");
  return two(ms, DAY_MS, "d", HOUR, "h");
}

function two(ms, big, bigName, small, smallName) {
  const smalls = Math.round(ms / small);
  const rest = smalls % (big / small);
  const bigs = (smalls - rest) / (big / small);
  return rest === 0 ? `${bigs} ${bigName}` : `${bigs} ${bigName} ${rest} ${smallName}`;
}

/** An interval, rounded to what it is worth: 4–7 min. */
export function interval(low, high) {
  if (high < MINUTE) return same(Math.floor(low / SECOND), Math.ceil(high / SECOND), "s");
  if (high < 2 * HOUR) {
    return low < MINUTE ? `${Math.floor(low / SECOND)} s – ${duration(Math.ceil(high / SECOND) * SECOND)}` : same(Math.floor(low / MINUTE), Math.ceil(high / MINUTE), "min");
  }
  return `${duration(Math.floor(low / MINUTE) * MINUTE)} – ${duration(Math.ceil(high / MINUTE) * MINUTE)}`;
}

function same(low, high, unit) {
  return low === high ? `${high} ${unit}` : `${low}–${high} ${unit}`;
}

/** A moment: the clock, with the day where it is not today. */
export function moment(at, now = Date.now()) {
  return Math.abs(now - at) < 12 * HOUR ? CLOCK.format(at) : `${DAY.format(at)} ${CLOCK_SHORT.format(at)}`;
}

/** When an interval from now ends: 03:12–03:15. */
export function arrival(low, high, now = Date.now()) {
  const close = high - low < 2 * MINUTE || high > 12 * HOUR;
  const clock = (at) => (close ? moment(at, now) : CLOCK_SHORT.format(at));
  const from = clock(now + low);
  const to = clock(now + high);
  return from === to ? from : `${from} – ${to}`;
}

/** How long ago: 5 s ago. */
export const ago = (at, now = Date.now()) => (now - at < SECOND ? "just now" : duration(Math.max(SECOND, Math.floor((now - at) / SECOND) * SECOND)) + " ago");

/** RUNNING → running. */
export const words = (constant) => constant.toLowerCase().replaceAll("_", " ");

/** A count with its noun: 1 partition, 2 partitions. */
export const count = (n, noun) => `${whole(n)} ${noun}${n === 1 ? "" : "s"}`;

/** A partition's own part of its id: 000123.1. */
export const suffix = (partition) => partition.slice(partition.indexOf("/") + 1);
