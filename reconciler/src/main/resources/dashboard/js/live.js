/**
 * Live updates: server-sent events read from a fetch, because EventSource cannot send a token. When the stream
 * breaks it is opened again with growing pauses; while it stays broken the API is polled, so that numbers go on moving.
 */

import { headers, reach } from "./api.js";

/** The server writes a comment every 15 s; a stream silent for longer than this is taken for dead. */
const SILENCE_MS = 40_000;
const PAUSES_MS = [500, 1_000, 2_000, 5_000, 10_000];
const POLL_MS = 3_000;

/**
 * Starts; on(event, data) gets every event, onState one of "live", "connecting", "polling" and "lost", poll() is asked
 * for everything: before the first event, after every gap, and every few seconds while there is no stream.
 */
export function live({ on, onState, onDenied, poll }) {
  let failures = 0;
  let lastId = null;
  let timer = null;
  let polling = null;

  async function connect() {
    timer = null;
    if (failures === 0) onState("connecting");
    const abort = new AbortController();
    let silence = null;
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(), SILENCE_MS);
    };
    try {
      alive();
      const resume = lastId ? { "Last-Event-ID": lastId } : {};
      const answer = await reach("/api/v1/events", {
        headers: headers({ Accept: "text/event-stream", ...resume }),
        signal: abort.signal,
      });
      await poll();
      failures = 0;
      stopPolling();
      onState("live");
      await read(answer.body, alive);
    } catch (e) {
      if (e.status === 401) {
        onDenied(e.message);
        return;
      }
    } finally {
      clearTimeout(silence);
      abort.abort();
    }
    again();
  }

  async function read(body, alive) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new Parser((event) => {
      if (event.id) lastId = event.id;
      on(event.name, event.data);
    });
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      alive();
      parser.push(value);
    }
  }

  function again() {
    onState("lost");
    timer = setTimeout(connect, PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)]);
    failures++;
    if (failures >= 2) startPolling();
  }

  function startPolling() {
    if (polling !== null) return;
    const round = async () => {
      try {
        await poll();
        if (polling !== null) onState("polling");
      } catch {
        if (polling !== null) onState("lost");
      }
      if (polling !== null) polling = setTimeout(round, POLL_MS);
    };
    polling = setTimeout(round, 0);
  }

  function stopPolling() {
    clearTimeout(polling);
    polling = null;
  }

  // A laptop that wakes up, or a network that comes back, need not wait for the next try.
  window.addEventListener("online", () => {
    if (timer === null) return;
    clearTimeout(timer);
    connect();
  });
  connect();
}

/** The event stream format: lines of fields, a blank line ends an event. */
export class Parser {
  constructor(emit) {
    this.emit = emit;
    this.rest = "";
    this.clear();
  }

  clear() {
    this.name = "message";
    this.id = null;
    this.data = [];
  }

  push(text) {
    const lines = (this.rest + text).split(/\r\n|\n/);
    this.rest = lines.pop();
    lines.forEach((line) => this.line(line));
  }

  line(line) {
    if (line === "") {
      if (this.data.length > 0) this.emit({ name: this.name, id: this.id, data: JSON.parse(this.data.join("\n")) });
      this.clear();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.name = value;
    else if (field === "data") this.data.push(value);
    else if (field === "id") this.id = value;
  }
}
