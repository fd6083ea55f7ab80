// What the composer offers while one types: commands after a slash, people after an at sign, emoji after a colon,
// channels after a hash. It changes the text it is shown and nothing else.

import { avatar } from "./avatar.js";
import { cls, h } from "./dom.js";
import { search } from "./emoji.js";
import { icon } from "./icons.js";
import { changed, ui } from "./state.js";

let offer = null; // {place, area, from, rows, at}

/** The suggestions of a composer, if there are any. */
export const found = (place) => (offer?.place === place && offer.rows.length > 0 ? offer : null);

/** The id of a suggestion by its place in the list, which the composer names as the active one. */
export const suggestionId = (index) => `suggestion-${index}`;

const KINDS = [
  { pattern: /^\/(\S*)$/, rows: commands },
  { pattern: /(?:^|[\s(])@([\p{L}\p{N}._-]*)$/u, rows: people },
  { pattern: /(?:^|\s)#([\p{L}\p{N}_-]*)$/u, rows: channels },
  { pattern: /(?:^|\s):([\w+-]{2,})$/, rows: emojis },
];

function commands(words) {
  return ui.snap.commands
    .filter((one) => one.command.slice(1).startsWith(words))
    .map((one) => ({
      id: one.command,
      text: `${one.command} `,
      art: h("span", { class: "suggest-art" }, "/"),
      label: one.command,
      hint: one.usage_hint,
      note: one.description,
    }));
}

function people(words) {
  const wanted = words.toLowerCase();
  return ui.snap.people
    .filter(
      (one) =>
        !one.deleted &&
        `${one.name} ${one.real_name}`
          .toLowerCase()
          .split(/[\s._-]+/)
          .concat(one.name)
          .some((part) => part.startsWith(wanted)),
    )
    .slice(0, 8)
    .map((one) => ({
      id: one.id,
      text: `@${one.name} `,
      art: avatar(one, "tiny"),
      label: one.real_name,
      hint: `@${one.name}`,
      note: one.title,
    }));
}

function channels(words) {
  return ui.snap.channels
    .filter((one) => one.kind !== "im" && !one.is_archived && one.name.startsWith(words.toLowerCase()))
    .slice(0, 8)
    .map((one) => ({
      id: one.id,
      text: `#${one.name} `,
      art: icon(one.is_private ? "lock" : "hash"),
      label: one.name,
      note: one.topic,
    }));
}

function emojis(words) {
  return search(words, 7).map(({ name, char }) => ({
    id: name,
    text: `:${name}: `,
    art: h("span", { class: "emoji" }, char),
    label: `:${name}:`,
  }));
}

function look(area, place) {
  const before = area.value.slice(0, area.selectionStart);
  for (const kind of KINDS) {
    const match = before.match(kind.pattern);
    if (!match) continue;
    const sign = match[0].search(/[/@#:]/);
    const typed = match[0].slice(sign);
    const rows = kind.rows(match[1]);
    // What is typed whole is chosen already, so that Enter sends it.
    const at = Math.max(
      0,
      rows.findIndex((row) => row.text.trim() === typed),
    );
    offer = { place, area, from: match.index + sign, rows, at };
    changed();
    return;
  }
  stop(place);
}

function stop(place) {
  if (offer?.place !== place) return;
  offer = null;
  changed();
}

function take(row) {
  const { area, from } = offer;
  area.setRangeText(row.text, from, area.selectionStart, "end");
  offer = null;
  changed();
}

/** Say whether a key was meant for the offer; it was carried out then. */
function key(event, place) {
  const here = found(place);
  if (!here) return false;
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move) {
    here.at = (here.at + move + here.rows.length) % here.rows.length;
    changed();
    event.preventDefault();
    return false;
  }
  if (event.key === "Escape") {
    event.stopPropagation();
    stop(place);
    return false;
  }
  const exact = here.rows[here.at].text.trim() === here.area.value.slice(here.from, here.area.selectionStart);
  if (event.key !== "Tab" && (event.key !== "Enter" || event.shiftKey || exact)) return false;
  event.preventDefault();
  take(here.rows[here.at]);
  return true;
}

export const complete = { look, stop, key };

/** Draw the offer over the composer. */
export function suggestions(place) {
  const here = found(place);
  if (!here) return null;
  return h(
    "div",
    {
      class: "suggestions",
      id: "suggestions",
      role: "listbox",
      "aria-label": "Suggestions",
      "data-testid": "suggestions",
    },
    here.rows.map((row, index) => suggestion(row, index, index === here.at)),
  );
}

function suggestion(row, index, at) {
  const choose = (event) => {
    event.preventDefault();
    const { area } = offer;
    take(row);
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  return h(
    "div",
    {
      key: row.id,
      id: suggestionId(index),
      role: "option",
      "aria-selected": at ? "true" : "false",
      class: cls("suggestion", at && "at"),
      "data-value": row.id,
      updated: at ? (el) => el.scrollIntoView({ block: "nearest" }) : null,
      on: { mousedown: choose },
    },
    row.art,
    h("strong", {}, row.label),
    row.hint && h("code", {}, row.hint),
    row.note && h("span", { class: "suggest-note" }, row.note),
  );
}
