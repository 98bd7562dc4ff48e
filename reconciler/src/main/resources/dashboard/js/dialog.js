/** Modal dialogs: one at a time, closed by Escape, focus goes back to where it was. */

import { h } from "./dom.js";

let ids = 0;

/**
 * Opens a dialog and returns {body, actions, close}.
 *
 * onClose is called once, however it was closed.
 */
export function openDialog({ title, className, onClose }) {
  const id = `dialog-${ids++}`;
  const body = h("div", { class: "dialog-body" });
  const actions = h("div", { class: "dialog-actions" });
  const dialog = h(
    "dialog",
    { class: className, "aria-labelledby": id },
    h("header", null, h("h2", { id }, title), h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => dialog.close() }, "✕")),
    body,
    actions,
  );
  const opener = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    // The button that opened it may be gone, as what it asked for has happened.
    if (!opener?.isConnected) document.getElementById("main").focus({ preventScroll: true });
    onClose?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { body, actions, close: () => dialog.close() };
}

/** Asks for the token; resolves once one was given. */
export function askToken(message) {
  return new Promise((resolve) => {
    const input = h("input", { type: "password", id: "token", autocomplete: "off", required: true, spellcheck: "false" });
    let given = null;
    const { body, actions, close } = openDialog({
      title: "Sign in",
      // Without a token there is nothing to show: the question comes again.
      onClose: () => resolve(given ?? askToken(message)),
    });
    const submit = (e) => {
      e.preventDefault();
      if (!input.value.trim()) return;
      given = input.value.trim();
      close();
    };
    body.append(
      h(
        "form",
        { id: "token-form", onsubmit: submit },
        h("p", null, message),
        h("label", { for: "token" }, "Token"),
        input,
        h("p", { class: "hint" }, "It is kept in this tab only and forgotten when the tab is closed."),
      ),
    );
    actions.append(h("button", { type: "submit", form: "token-form", class: "primary" }, "Sign in"));
    input.focus();
  });
}
