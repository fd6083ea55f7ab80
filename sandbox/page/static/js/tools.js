// What can be done with a message, offered when the pointer or the focus is there: react, reply, the app's shortcuts,
// edit, delete. It offers; whether it may happen, the workspace decides.

import { act, attempt } from "./api.js";
import { h } from "./dom.js";
import { pickEmoji } from "./emojipicker.js";
import { icon } from "./icons.js";
import { menu, openPopover } from "./popover.js";
import { changed, nameOf, toast, ui } from "./state.js";
import { address, openThread } from "./travel.js";

/** Add one's reaction, or take it back. */
export function react(one, channel, name) {
  const mine = one.reactions?.find((each) => each.name === name)?.users.includes(ui.me);
  return attempt(mine ? "unreact" : "react", { channel: channel.id, ts: one.ts, name });
}

/** Draw the tools of a message, for members of a channel that is open. */
export function tools(one, channel, where) {
  if (!channel.is_member || channel.is_archived) return null;
  const tool = (label, glyph, act, testid) =>
    h(
      "button",
      {
        key: label,
        type: "button",
        class: "tool",
        "aria-label": label,
        title: label,
        "data-testid": testid,
        on: { click: act },
      },
      glyph,
    );
  return h(
    "div",
    { class: "tools", role: "toolbar", "aria-label": "Message" },
    tool("Mark with a pin", "📌", () => react(one, channel, "pushpin"), "tool-pushpin"),
    tool("React with eyes", "👀", () => react(one, channel, "eyes")),
    tool("React with a check mark", "✅", () => react(one, channel, "white_check_mark")),
    tool(
      "Add a reaction",
      icon("smile"),
      (event) => pickEmoji(event.currentTarget, (name) => react(one, channel, name)),
      "tool-react",
    ),
    where === "channel" &&
      tool("Reply in thread", icon("reply"), () => openThread(one.thread_ts ?? one.ts), "tool-reply"),
    tool(
      "More",
      icon("more"),
      (event) =>
        openPopover(event.currentTarget, "Message menu", () => menu(rows(one, channel, where)), {
          role: "menu",
          side: "right",
        }),
      "tool-more",
    ),
  );
}

function rows(one, channel, where) {
  const mine = one.user === ui.me && !one.bot_id;
  const shortcuts = ui.snap.shortcuts.filter((each) => each.type === "message");
  return [
    ...shortcuts.map((each) => ({
      label: each.name,
      note: nameOf(ui.snap.bot),
      glyph: "⚡",
      testid: `shortcut-${each.callback_id}`,
      act: () => run(each, one, channel),
    })),
    shortcuts.length > 0 && null,
    {
      label: one.pinned ? "Remove from channel's pins" : "Pin to channel",
      glyph: icon("pin"),
      act: () => attempt(one.pinned ? "unpin" : "pin", { channel: channel.id, ts: one.ts }),
    },
    { label: "Copy link", glyph: icon("link"), act: () => copyLink(one, channel) },
    ...(mine
      ? [
          null,
          {
            label: "Edit message",
            glyph: icon("edit"),
            testid: "edit-message",
            act: () => {
              ui.editing = { ts: one.ts, where };
              changed();
            },
          },
          {
            label: "Delete message",
            glyph: icon("bin"),
            danger: true,
            testid: "delete-message",
            act: () => attempt("delete", { channel: channel.id, ts: one.ts }),
          },
        ]
      : []),
  ].filter((row) => row !== false);
}

async function run(shortcut, one, channel) {
  const result = await act("message_shortcut", { callback_id: shortcut.callback_id, channel: channel.id, ts: one.ts });
  if (result.error) toast(`${shortcut.name}: ${result.error}`, "bad");
}

async function copyLink(one, channel) {
  const link =
    location.origin +
    address(
      { channel: channel.id },
      { ts: one.ts, thread: one.thread_ts && one.thread_ts !== one.ts ? one.thread_ts : null },
    );
  try {
    await navigator.clipboard.writeText(link);
    toast("Link copied");
  } catch {
    toast(link);
  }
}
