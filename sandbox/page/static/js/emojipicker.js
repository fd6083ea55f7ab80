// The small window to pick an emoji from: the usual ones first, all others by name.

import { h } from "./dom.js";
import { QUICK, search, shown } from "./emoji.js";
import { icon } from "./icons.js";
import { closePopover, openPopover } from "./popover.js";
import { changed } from "./state.js";

/** Open the small emoji window; `pick` gets the shortcode. */
export function pickEmoji(anchor, pick) {
  let words = "";
  const cell = (name, char) =>
    h(
      "button",
      {
        key: name,
        type: "button",
        class: "emoji-cell",
        title: `:${name}:`,
        "aria-label": name.replaceAll("_", " "),
        "data-emoji": name,
        on: {
          click: () => {
            closePopover();
            pick(name);
          },
        },
      },
      char,
    );
  openPopover(
    anchor,
    "Pick an emoji",
    () => [
      h(
        "div",
        { class: "picker-search" },
        icon("search"),
        h("input", {
          type: "text",
          placeholder: "Search emoji",
          "aria-label": "Search emoji",
          "data-autofocus": true,
          autocomplete: "off",
          on: {
            input: (event) => {
              words = event.target.value;
              changed();
            },
            keydown: (event) => {
              const hit = event.key === "Enter" && search(words, 1)[0];
              if (hit) {
                closePopover();
                pick(hit.name);
              }
            },
          },
        }),
      ),
      !words &&
        h(
          "div",
          { class: "emoji-grid quick" },
          QUICK.map((name) => cell(name, shown(name))),
        ),
      h(
        "div",
        { class: "emoji-grid" },
        search(words, 400).map(({ name, char }) => cell(name, char)),
      ),
    ],
    { className: "emoji-picker", side: "right" },
  );
}
