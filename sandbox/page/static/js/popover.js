// One small window over the page at a time: a menu, a picker, the list of people. It places itself by what opened it,
// closes on Escape or a click elsewhere, and gives the focus back. What is inside, it does not know.

import { cls, h } from "./dom.js";
import { changed, ui } from "./state.js";

/** Open a small window beside `anchor`; `content` is called at every draw and gives what is inside. */
export function openPopover(anchor, label, content, options = {}) {
  const same = ui.popover && ui.popover.anchor === anchor && ui.popover.label === label;
  closePopover();
  if (same) return;
  ui.popover = { anchor, label, content, ...options };
  changed();
}

/** Close the small window, if one is open, and give the focus back to what opened it. */
export function closePopover(refocus = true) {
  const open = ui.popover;
  if (!open) return;
  ui.popover = null;
  if (refocus && open.anchor.isConnected) open.anchor.focus({ preventScroll: true });
  changed();
}

/** Draw the small window. */
export function popover() {
  const open = ui.popover;
  if (!open) return null;
  return h(
    "div",
    {
      key: `${open.label}`,
      class: cls("popover", open.className),
      role: "dialog",
      "aria-label": open.label,
      tabindex: "0",
      "data-testid": "popover",
      created: (el) => {
        place(el, open);
        focusInside(el);
      },
      updated: (el) => place(el, open),
      on: { keydown: (event) => onKey(event), mousedown: (event) => event.stopPropagation() },
    },
    open.role
      ? h("div", { class: "popover-list", role: open.role, "aria-label": open.label }, open.content())
      : open.content(),
  );
}

function onKey(event) {
  if (event.key === "Escape") {
    event.stopPropagation();
    closePopover();
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event);
}

function step(event) {
  if (event.defaultPrevented) return;
  const items = [...event.currentTarget.querySelectorAll("[role=menuitem], [role=option], [role=menuitemradio]")];
  if (!items.length || event.target.matches("input, textarea")) return;
  event.preventDefault();
  const here = items.indexOf(document.activeElement);
  items[(here + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length].focus();
}

function focusInside(el) {
  (el.querySelector("[data-autofocus]") ?? el.querySelector("input, button") ?? el).focus({ preventScroll: true });
}

function place(el, open) {
  if (!open.anchor.isConnected) return;
  const box = open.anchor.getBoundingClientRect();
  if (open.matchWidth) el.style.width = `${Math.max(box.width, 220)}px`;
  const { offsetWidth: width, offsetHeight: height } = el;
  const below = window.innerHeight - box.bottom - 12;
  const top = height <= below || box.top < below ? box.bottom + 4 : box.top - height - 4;
  const left = open.side === "right" ? box.right - width : box.left;
  el.style.top = `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`;
  el.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`;
}

/** Draw a menu of [label, act, extra] rows; a null row is a line between groups. */
export function menu(rows) {
  return h(
    "div",
    { class: "menu" },
    rows.map((row, index) => (row ? menuRow(row) : h("hr", { key: `line-${index}` }))),
  );
}

function menuRow({ label, act, glyph, note, danger, testid, heading }) {
  if (heading) return h("div", { key: `h-${heading}`, class: "menu-heading" }, heading);
  return h(
    "button",
    {
      key: label,
      type: "button",
      role: "menuitem",
      class: cls("menu-row", danger && "danger"),
      "data-testid": testid,
      on: {
        click: () => {
          closePopover();
          act();
        },
      },
    },
    glyph && h("span", { class: "menu-glyph" }, glyph),
    h("span", { class: "menu-label" }, label),
    note && h("span", { class: "menu-note" }, note),
  );
}

window.addEventListener("mousedown", (event) => {
  if (ui.popover && !ui.popover.anchor.contains(event.target)) closePopover(false);
});
window.addEventListener("resize", () => closePopover(false));
