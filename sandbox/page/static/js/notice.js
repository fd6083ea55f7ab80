// What the host of the workspace says over the page, and the channel it is about: the page goes along to it, unless one
// has gone elsewhere, has begun to write, or has something open.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { inline } from "./mrkdwn.js";
import { changed, context, goTo, openChannel, ui } from "./state.js";

let closed = null; // the title of the notice that was closed
let led = null; // the channel the page went to last

/** Draw the notice, if there is one that was not closed. */
export function notice() {
  const one = ui.snap.notice;
  if (!one || one.title === closed) return null;
  return h(
    "aside",
    { key: `notice-${one.title}`, class: "notice", "aria-label": "Notice", "data-testid": "notice" },
    h(
      "div",
      { class: "notice-words" },
      h("p", {}, h("strong", {}, one.title), " ", inline(one.text, context())),
      one.steps.length > 0 &&
        h(
          "details",
          { created: (el) => (el.open = !window.matchMedia("(width <= 640px)").matches) },
          h("summary", {}, "What to try"),
          h(
            "ol",
            {},
            one.steps.map((step) => h("li", { key: step }, inline(step, context()))),
          ),
        ),
    ),
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Close the notice",
        on: {
          click: () => {
            closed = one.title;
            changed();
          },
        },
      },
      icon("close"),
    ),
  );
}

/** Go along to the channel of the notice, from where the last one was or from where the page opened by itself. */
export function goAlong() {
  const channel = ui.snap.notice?.channel;
  if (!channel || channel === led) return;
  const here = openChannel()?.id;
  const mayGo = led ? here === led : !ui.chosePlace;
  led = channel;
  if (here === channel || !mayGo || isBusy()) return;
  if (ui.snap.channels.some((one) => one.id === channel)) goTo({ channel });
}

const isBusy = () =>
  Boolean(ui.thread || ui.popover || ui.editing || ui.snap.modals.length) || [...ui.drafts.values()].some(Boolean);
