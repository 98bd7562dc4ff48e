/**
 * Elements, and how a living tree takes over a new one.
 *
 * Views describe what they want to see as a fresh tree of elements; morph() changes the living tree to match, in place,
 * so that focus, scroll positions and open tooltips survive every update.
 */

/**
 * An element. Attributes that are null, undefined or false are left out; "onclick" and the like become listeners;
 * children may be nested arrays, texts, elements, or nothing.
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) {
      element[name] = value;
      (element.listening ??= []).push(name);
    } else if (name === "css") {
      // Set one by one through the object model: the page's policy forbids style attributes in markup.
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) add(element, child);
    else if (child !== null && child !== undefined && child !== false && child !== "") element.append(child);
  }
}

/**
 * Stands in a fresh tree for an element that lives on its own: what is drawn by hand, and must neither be moved nor
 * morphed. The element has a data-key.
 */
export function keep(element) {
  const slot = h(element.tagName, { "data-slot": true, "data-key": element.dataset.key });
  slot.lives = element;
  return slot;
}

/** Makes the children of a living element equal to these. */
export function fill(parent, ...children) {
  const fresh = document.createElement(parent.tagName);
  add(fresh, children);
  morphChildren(parent, fresh);
}

function morph(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old === fresh.lives) return;
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    // Through the object model, for the same reason as in h().
    if (name === "style") continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.style.cssText !== fresh.style.cssText) old.style.cssText = fresh.style.cssText;
  for (const name of old.listening ?? []) old[name] = null;
  for (const name of fresh.listening ?? []) old[name] = fresh[name];
  old.listening = fresh.listening;
  // What a person is choosing or typing is theirs.
  if (old.tagName === "SELECT" && old === document.activeElement) return;
  morphChildren(old, fresh);
}

function morphChildren(old, fresh) {
  const keyed = new Map();
  for (const child of old.children) {
    if (child.dataset.key) keyed.set(child.dataset.key, child);
  }
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const key = wanted.dataset?.key;
    const match = key ? keyed.get(key) : at && !at.dataset?.key && alike(at, wanted) ? at : null;
    if (match && alike(match, wanted)) {
      if (match === at) at = at.nextSibling;
      else old.insertBefore(match, at);
      keyed.delete(key);
      morph(match, wanted);
    } else {
      old.insertBefore(inhabited(wanted), at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/** A fresh tree with the elements themselves where slots stood for them. */
function inhabited(fresh) {
  if (fresh.lives) return fresh.lives;
  fresh.querySelectorAll?.("[data-slot]").forEach((slot) => slot.replaceWith(slot.lives));
  return fresh;
}

function alike(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName;
}

/**
 * A table that stays one for assistive technology when CSS lays its rows out as cards on a narrow screen.
 *
 * columns: [{name, cell(row), numeric, wide}]; wide: takes a line of its own on a card.
 */
export function table({ caption, columns, rows, key, empty, rowClass }) {
  if (rows.length === 0) return h("p", { class: "empty" }, empty);
  return h(
    "table",
    { role: "table" },
    h("caption", { class: "sr-only" }, caption),
    h(
      "thead",
      { role: "rowgroup" },
      h(
        "tr",
        { role: "row" },
        columns.map((c) =>
          h("th", { role: "columnheader", scope: "col", class: c.numeric && "numeric" }, c.hidden ? h("span", { class: "sr-only" }, c.name) : c.name),
        ),
      ),
    ),
    h(
      "tbody",
      { role: "rowgroup" },
      rows.map((row) =>
        h(
          "tr",
          { role: "row", "data-key": key(row), class: rowClass?.(row) },
          columns.map((c, i) =>
            h(
              i === 0 ? "th" : "td",
              {
                role: i === 0 ? "rowheader" : "cell",
                scope: i === 0 ? "row" : null,
                "data-label": c.hidden ? "" : c.name,
                class: [c.numeric && "numeric", c.wide && "wide", c.className].filter(Boolean).join(" ") || null,
              },
              c.cell(row),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Says something to those who cannot see it change. */
export function announce(text) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}
