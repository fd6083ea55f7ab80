// Ctrl+K: a list of everywhere one can go and everybody one can be, found by typing. What is chosen, others carry out.

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openList } from "./picker.js";
import { bot, goTo, humans, ui } from "./state.js";
import { become } from "./travel.js";

const APP = "app";

function options() {
  return [
    ...ui.snap.channels
      .filter((one) => one.kind !== "im")
      .map((one) => ({
        id: one.id,
        label: one.name,
        note: one.is_archived ? "archived" : one.topic,
        group: "Go to",
        art: icon(one.is_private ? "lock" : "hash"),
      })),
    { id: APP, label: bot().real_name, note: "Home", group: "Go to", art: avatar(bot(), "tiny") },
    ...humans()
      .filter((one) => one.id !== ui.me)
      .map((one) => ({
        id: one.id,
        label: one.real_name,
        note: one.title,
        group: "Become somebody else",
        art: avatar(one, "tiny"),
      })),
  ];
}

function pick([id]) {
  if (id === APP) goTo({ app: "home" });
  else if (ui.snap.channels.some((one) => one.id === id)) goTo({ channel: id });
  else if (id) become(id);
}

const open = (anchor) =>
  openList(anchor, { label: "Jump to", options, chosen: () => [], pick, className: "picker-list jump" });

/** Draw the button that opens the list. */
export function jumpButton() {
  return h(
    "button",
    {
      type: "button",
      class: "jump-button",
      "data-testid": "jump",
      "aria-keyshortcuts": "Control+K",
      on: { click: (event) => open(event.currentTarget) },
    },
    icon("search"),
    h("span", { class: "grow" }, "Jump to…"),
    h("kbd", {}, "Ctrl K"),
  );
}

window.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  const button = document.querySelector("[data-testid=jump]");
  if (!button || ui.snap?.modals.length || ui.question) return;
  event.preventDefault();
  open(button);
});
