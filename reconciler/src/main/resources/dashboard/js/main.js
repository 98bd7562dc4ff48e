/** Starts the page: who asks, what is shown, and what keeps it fresh. */

import { get, token } from "./api.js";
import { openBackfill } from "./backfill.js";
import { askToken } from "./dialog.js";
import { fill, h } from "./dom.js";
import { openFleet } from "./fleet.js";
import { duration, moment } from "./format.js";
import { openList } from "./list.js";
import { live } from "./live.js";
import { changed, refresh, store, take, watch } from "./store.js";

const RETRY_MS = 2_000;
const REDRAW_MS = 250;
const THEME = "tidemark.theme";

const root = document.getElementById("main");
let view = null;
let shown = null;

const FLEET = ["workers", "alerts", "audit"];

/** #/ · #/workers · #/b/{id} · #/b/{id}/p/{partition} */
function route() {
  const [kind = "", id, , partition] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const page = kind === "b" ? `b/${id}` : FLEET.includes(kind) ? kind : "";
  if (page !== shown || view?.missing) {
    const first = shown === null;
    view?.stop();
    root.replaceChildren();
    view = kind === "b" ? openBackfill(root, id) : FLEET.includes(kind) ? openFleet(root, kind) : openList(root);
    shown = page;
    document.title = `${view.title} · Tidemark`;
    if (!first) {
      scrollTo(0, 0);
      root.focus({ preventScroll: true });
    }
  }
  view.partition?.(partition);
  nav();
}

function nav() {
  const at = shown ?? "";
  const link = (page, name, n) =>
    h("a", { href: "#/" + page, "aria-current": at === page || (page === "" && at.startsWith("b/")) ? "page" : null }, name, n > 0 && h("span", { class: "n" }, String(n)));
  fill(document.getElementById("nav"), link("", "Backfills"), link("workers", "Workers", store.workers.length), link("alerts", "Alerts", store.alerts.size), link("audit", "Audit"));
}

const CONNECTIONS = {
  connecting: "connecting",
  live: "live",
  polling: "polling",
  lost: "connection lost",
};

function connection() {
  const element = document.getElementById("connection");
  if (element.dataset.connection !== store.connection) {
    element.dataset.connection = store.connection;
    element.textContent = CONNECTIONS[store.connection];
  }
  const stale = store.connection === "lost" && store.heardAt !== null;
  document.body.classList.toggle("stale", stale);
  fill(document.getElementById("banner"), stale && h("p", null, `Connection lost. This is what was known at ${moment(store.heardAt)}, ${duration(Date.now() - store.heardAt)} ago. Workers go on without this page; trying again …`));
}

function who() {
  const s = store.session;
  fill(
    document.getElementById("who"),
    h("span", { title: `${s.namespace} · Tidemark ${s.version} · ${s.instance}` }, s.who === "local" ? s.namespace : `${s.who} · ${s.role}`),
    token.get() && h("button", { type: "button", class: "quiet", onclick: () => (token.clear(), location.reload()) }, "Sign out"),
  );
}

/** Light, dark, or as the system has it. */
function theme() {
  const button = document.getElementById("theme");
  const sheet = document.getElementById("dark");
  const system = matchMedia(sheet.media);
  const isDark = () => matchMedia(sheet.media).matches;
  const choose = (scheme) => (sheet.media = scheme === "dark" ? "all" : "not all");
  const show = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Switch to light colours" : "Switch to dark colours");
    window.dispatchEvent(new Event("themechange"));
  };
  button.onclick = () => {
    const scheme = isDark() ? "light" : "dark";
    choose(scheme);
    localStorage.setItem(THEME, scheme);
    show();
  };
  const kept = localStorage.getItem(THEME);
  if (kept) choose(kept);
  system.addEventListener("change", show);
  show();
}

/** Who this person is; asks for a token as long as the server wants one. */
async function session() {
  for (;;) {
    try {
      store.session = await get("/api/v1/session");
      await refresh();
      return;
    } catch (e) {
      if (e.status === 401) {
        const message = token.get() ? "This token is not known here. Enter another." : "This reconciler asks who you are. Enter your token.";
        token.clear();
        token.set(await askToken(message));
      } else {
        fill(root, h("p", { class: "empty" }, `Not ready: ${e.message}. Trying again …`));
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}

async function start() {
  theme();
  document.querySelector(".skip").onclick = (e) => {
    // The address names the view, so the link must not change it.
    e.preventDefault();
    root.focus();
  };
  await session();
  who();
  route();
  window.addEventListener("hashchange", route);

  let drawnAt = 0;
  let later = null;
  function draw() {
    clearTimeout(later);
    later = null;
    drawnAt = performance.now();
    if (view.missing) route();
    view.update();
    nav();
    connection();
  }
  watch(() => {
    const wait = drawnAt + REDRAW_MS - performance.now();
    if (wait <= 0) draw();
    else later ??= setTimeout(draw, wait);
  });
  // "5 s ago" goes on although nothing is heard.
  setInterval(() => changed("time"), 1_000);
  live({
    on: take,
    poll: refresh,
    onState: (state) => {
      store.connection = state;
      changed("connection");
    },
    onDenied: () => location.reload(),
  });
}

start();
