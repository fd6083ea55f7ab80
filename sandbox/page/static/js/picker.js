// A field that opens a searchable list: one choice or several. Every kind of Slack select is drawn with it. It knows
// options as {id, label, note, group, art}; what an id means is the caller's business.

import { cls, h } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover, openPopover } from "./popover.js";
import { changed } from "./state.js";

/** Draw the closed field. `pick` is called with the list of chosen ids. */
export function picker({ label, placeholder, options, chosen, many, max, pick, hooks, seek, invalid }) {
  const named = new Map(options().map((option) => [option.id, option]));
  const open = (event) => openList(event.currentTarget, { label, options, chosen, many, max, pick, seek });
  const shown = chosen().map((id) => named.get(id) ?? { id, label: id });
  return h(
    "div",
    { class: cls("picker", many && "many", invalid && "invalid") },
    many && shown.map((option) => chip(option, () => pick(chosen().filter((id) => id !== option.id)))),
    h(
      "button",
      {
        type: "button",
        class: cls("picker-field", !shown.length && "empty"),
        role: "combobox",
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        "aria-label": label,
        ...hooks,
        on: { click: open, keydown: (event) => onFieldKey(event, open) },
      },
      !many && shown.length
        ? [shown[0].art, h("span", { class: "picker-value" }, shown[0].label)]
        : h("span", { class: "picker-value" }, placeholder),
      icon("chevron"),
    ),
  );
}

function onFieldKey(event, open) {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  open(event);
}

function chip(option, drop) {
  return h(
    "span",
    { key: `chip-${option.id}`, class: "chip" },
    option.art,
    option.label,
    h(
      "button",
      { type: "button", class: "chip-drop", "aria-label": `Remove ${option.label}`, on: { click: drop } },
      icon("close"),
    ),
  );
}

/** Open a list beside `anchor`. `pick` is called with the chosen ids. */
export function openList(anchor, spec) {
  const list = { ...spec, words: "", at: 0, found: null };
  openPopover(anchor, spec.label || "Choose", () => content(list), { className: spec.className ?? "picker-list", matchWidth: true });
}

const matching = (list) => {
  if (list.found) return list.found;
  const words = list.words.toLowerCase();
  return list.options().filter((option) => `${option.label} ${option.note ?? ""}`.toLowerCase().includes(words));
};

function content(list) {
  const found = matching(list);
  list.at = Math.max(0, Math.min(list.at, found.length - 1));
  return [
    h("div", { class: "picker-search" }, icon("search"), searchField(list)),
    h(
      "div",
      {
        class: "picker-options",
        role: "listbox",
        "aria-multiselectable": list.many ? "true" : null,
        "aria-label": list.label,
      },
      rows(list, found),
    ),
    found.length === 0 && h("p", { class: "picker-none" }, "Nothing found"),
  ];
}

function searchField(list) {
  return h("input", {
    type: "text",
    placeholder: "Search",
    "aria-label": `Search ${list.label ?? ""}`,
    "data-autofocus": true,
    autocomplete: "off",
    on: { input: (event) => type(list, event.target.value), keydown: (event) => onKey(event, list) },
  });
}

function type(list, words) {
  Object.assign(list, { words, at: 0 });
  changed();
  list.seek?.(words).then((found) => {
    list.found = found;
    changed();
  });
}

function onKey(event, list) {
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in moves) {
    event.preventDefault();
    list.at += moves[event.key];
    changed();
  } else if (event.key === "Enter") {
    event.preventDefault();
    const option = matching(list)[list.at];
    if (option) choose(list, option.id);
  }
}

function rows(list, found) {
  let group;
  return found.flatMap((option, index) => {
    const heading =
      option.group && option.group !== group
        ? h("div", { key: `group-${option.group}`, class: "menu-heading" }, option.group)
        : null;
    group = option.group;
    return [heading, row(list, option, index)];
  });
}

function row(list, option, index) {
  const on = list.chosen().includes(option.id);
  return h(
    "button",
    {
      key: `o-${option.id}`,
      type: "button",
      role: "option",
      "aria-selected": on ? "true" : "false",
      class: cls("picker-option", on && "on", index === list.at && "at"),
      "data-value": option.id,
      updated: index === list.at ? (el) => el.scrollIntoView({ block: "nearest" }) : null,
      on: { click: () => choose(list, option.id) },
    },
    option.art,
    h("span", { class: "picker-label" }, option.label, option.note && h("small", {}, option.note)),
    on && icon("check"),
  );
}

function choose(list, id) {
  const before = list.chosen();
  if (!list.many) {
    closePopover();
    list.pick([id]);
    return;
  }
  if (before.includes(id)) list.pick(before.filter((other) => other !== id));
  else if (!list.max || before.length < list.max) list.pick([...before, id]);
  changed();
}
