// A thread beside its channel: the message it began with, the replies, and a place to write one.

import { composer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { grouped, remember, stick } from "./list.js";
import { remembered } from "./memo.js";
import { ui } from "./state.js";
import { openThread } from "./travel.js";

/** Draw the thread that is open, or nothing. */
export function threadPane(channel) {
  const all = ui.loaded.get(channel?.id) ?? [];
  const parent = all.find((one) => one.ts === ui.thread);
  if (!parent) return null;
  const replies = all.filter((one) => one.thread_ts === ui.thread && one.ts !== ui.thread);
  return h(
    "aside",
    {
      key: `thread-${ui.thread}`,
      class: "thread",
      "aria-label": "Thread",
      "data-testid": "thread",
      on: { keydown: (event) => event.key === "Escape" && openThread(null) },
    },
    h(
      "header",
      { class: "channel-head" },
      h("h1", {}, "Thread"),
      h("p", { class: "topic" }, channel.kind === "im" ? "" : `#${channel.name}`),
      h("span", { class: "grow" }),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close thread",
          "data-testid": "thread-close",
          on: { click: () => openThread(null) },
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      {
        class: "messages",
        tabindex: "0",
        role: "log",
        "aria-live": "polite",
        "aria-label": "Replies",
        created: (el) => stick(el, true),
        updated: (el) => stick(el, false),
        on: { scroll: (event) => remember(event.currentTarget) },
      },
      h(
        "div",
        { class: "messages-inner" },
        remembered(parent, channel, { first: true, where: "thread" }),
        h(
          "div",
          { class: "replies-line" },
          h("span", {}, replies.length === 1 ? "1 reply" : `${replies.length} replies`),
        ),
        grouped(replies, channel, "thread"),
      ),
    ),
    channel.is_member && !channel.is_archived && composer(channel, ui.thread),
  );
}
