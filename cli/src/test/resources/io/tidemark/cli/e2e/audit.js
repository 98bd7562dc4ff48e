// Finds what shuts people out of a page: text without contrast, controls without a name, what sticks out of the screen.
// Returns what it found, each in words.
const found = [];
const seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility === "visible" && !e.closest(".sr-only, .skip");
const where = (e) => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}${e.className && e.className.baseVal === undefined ? "." + e.className.trim().replaceAll(/\s+/g, ".") : ""} "${e.textContent.trim().slice(0, 40)}"`;

// Any colour that CSS can say, as red, green, blue (0 to 255) and alpha (0 to 1).
const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const known = new Map();
const rgba = (color) => {
  if (known.has(color)) return known.get(color);
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = color;
  pixel.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
  known.set(color, [r, g, b, a / 255]);
  return known.get(color);
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
const background = (e) => {
  if (!e) return [255, 255, 255];
  const own = rgba(getComputedStyle(e).backgroundColor);
  return own[3] === 1 ? own.slice(0, 3) : over(own, background(e.parentElement));
};
const luminance = (c) => c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (a, b) => {
  const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m);
  return (x + 0.05) / (y + 0.05);
};

for (const e of document.body.querySelectorAll("*")) {
  const says = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim() !== "");
  if (!says || !seen(e) || e.disabled) continue;
  const style = getComputedStyle(e);
  const behind = background(e);
  const size = parseFloat(style.fontSize);
  const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
  const ratio = contrast(over(rgba(style.color), behind), behind);
  if (ratio < least) found.push(`contrast ${ratio.toFixed(2)} of ${where(e)}`);
}
for (const e of document.querySelectorAll("button, a[href], input, select, [tabindex='0'], dialog, section, nav, [role=progressbar], [role=img]")) {
  const labels = (e.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const name = labels || e.getAttribute("aria-label") || [...(e.labels ?? [])].map((l) => l.textContent).join(" ") || (e.matches("button, a") ? e.textContent : "");
  if (name.trim() === "") found.push("no name: " + where(e));
}
for (const t of document.querySelectorAll("table:not(.u-legend)")) {
  if (!t.caption) found.push("no caption: " + where(t));
  if (![...t.querySelectorAll("thead th")].every((th) => th.scope === "col" && th.textContent.trim() !== "")) found.push("no column headings: " + where(t));
}
for (const id of new Set([...document.querySelectorAll("[id]")].map((e) => e.id))) {
  if (document.querySelectorAll(`[id="${CSS.escape(id)}"]`).length > 1) found.push("twice: #" + id);
}
if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
if (document.querySelectorAll("main").length !== 1) found.push("not one main");
if (!document.documentElement.lang || !document.title) found.push("no language or title");
if (document.documentElement.scrollWidth > innerWidth) {
  const wide = [...document.body.querySelectorAll("*")].filter((e) => seen(e) && e.getBoundingClientRect().right > innerWidth + 1);
  found.push(`sticks out: ${document.documentElement.scrollWidth} of ${innerWidth} px, ${wide.slice(0, 3).map(where).join(" ")}`);
}
return found;
