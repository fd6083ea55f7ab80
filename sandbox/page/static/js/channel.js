// A channel: its head, its bookmarks and pins, its messages and the place to write. Who may write here, it says; what is
// written, the composer knows.

import { attempt } from "./api.js";
import { avatar } from "./avatar.js";
import { composer } from "./composer.js";
import { h } from "./dom.js";
import { shown } from "./emoji.js";
import { icon } from "./icons.js";
import { messageList } from "./list.js";
import { inline } from "./mrkdwn.js";
import { openPopover } from "./popover.js";
import { sidebarToggle } from "./sidebar.js";
import { context, gist, nameOf, person, ui } from "./state.js";

/** Draw the channel one is in. */
export function channelPane(channel) {
  return h(
    "main",
    { key: `channel-${channel.id}`, class: "channel", "data-testid": "channel", "data-channel": channel.id },
    head(channel),
    marks(channel),
    body(channel),
  );
}

/** Draw the messages of a channel and the place to write, without a head. */
export function body(channel) {
  return [messageList(channel), foot(channel)];
}

function head(channel) {
  return h(
    "header",
    { class: "channel-head" },
    sidebarToggle(),
    h("h1", {}, icon(channel.is_private ? "lock" : "hash"), channel.name),
    channel.topic &&
      h("p", { class: "topic", title: channel.topic, "data-testid": "topic" }, inline(channel.topic, context(), false)),
    h("span", { class: "grow" }),
    h(
      "button",
      {
        type: "button",
        class: "members",
        "data-testid": "members",
        "aria-label": `${channel.members.length} members`,
        on: {
          click: (event) =>
            openPopover(event.currentTarget, "Members", () => memberList(channel), {
              className: "people",
              side: "right",
            }),
        },
      },
      channel.members.slice(0, 3).map((id) => avatar(person(id), "tiny")),
      h("span", {}, String(channel.members.length)),
    ),
  );
}

function memberList(channel) {
  return channel.members.map((id) =>
    h(
      "div",
      { key: id, class: "person-row" },
      avatar(person(id), "mid"),
      h(
        "span",
        {},
        h("strong", {}, nameOf(id)),
        h("small", {}, person(id)?.title || (person(id)?.is_bot ? "App" : "")),
      ),
    ),
  );
}

function marks(channel) {
  const pins = channel.pins.length;
  if (!pins && !channel.bookmarks.length) return null;
  return h(
    "div",
    { class: "marks", "data-testid": "bookmarks" },
    pins > 0 &&
      h(
        "button",
        {
          type: "button",
          class: "mark",
          "data-testid": "pins",
          on: {
            click: (event) =>
              openPopover(event.currentTarget, "Pinned messages", () => pinList(channel), { className: "pins" }),
          },
        },
        icon("pin"),
        `${pins} pinned`,
      ),
    channel.bookmarks.map((one) =>
      h(
        "a",
        {
          key: one.id,
          class: "mark",
          href: /^https?:/i.test(one.link) ? one.link : null,
          target: "_blank",
          rel: "noopener noreferrer",
        },
        one.emoji ? h("span", {}, shown(one.emoji.replaceAll(":", ""))) : icon("bookmark"),
        one.title,
      ),
    ),
  );
}

function pinList(channel) {
  const all = ui.loaded.get(channel.id) ?? [];
  return [
    h("p", { class: "people-lead" }, "Pinned to this channel"),
    channel.pins.map((ts) => {
      const found = all.find((one) => one.ts === ts);
      return h(
        "div",
        { key: ts, class: "pin-row" },
        h("strong", {}, found ? nameOf(found.user) : "Message"),
        h("p", {}, found ? gist(found) : ts),
      );
    }),
  ];
}

function foot(channel) {
  if (channel.is_archived)
    return h("div", { class: "closed-foot" }, "This channel is archived. It can be read, and nothing can be added.");
  if (!channel.is_member) {
    return h(
      "div",
      { class: "closed-foot" },
      h("span", {}, "You are looking at ", h("strong", {}, `#${channel.name}`), " from outside."),
      h(
        "button",
        {
          type: "button",
          class: "button primary",
          "data-testid": "join",
          on: { click: () => attempt("join", { channel: channel.id }) },
        },
        "Join channel",
      ),
    );
  }
  if (channel.kind === "im" && ui.snap.app_is_read_only) {
    return h(
      "div",
      { class: "closed-foot" },
      `${nameOf(ui.snap.bot)} writes here and reads nothing. Commands work in any channel.`,
    );
  }
  return composer(channel, null);
}
