// One message: who, when, what, and everything that hangs on it. It draws a message of any kind; what may be done with
// one, the tools know.

import { avatar } from "./avatar.js";
import { attachments, blocks } from "./blocks.js";
import { ago, both, clock } from "./dates.js";
import { cls, h } from "./dom.js";
import { editor } from "./editor.js";
import { shown } from "./emoji.js";
import { pickEmoji } from "./emojipicker.js";
import { icon } from "./icons.js";
import { inline, mrkdwn } from "./mrkdwn.js";
import { context, nameOf, now, person, ui } from "./state.js";
import { messageSurface } from "./surface.js";
import { react, tools } from "./tools.js";
import { openThread } from "./travel.js";

const TALK = new Set([undefined, null, "thread_broadcast", "file_share", "bot_message", "me_message"]);

/** Draw one message. `first` says that it begins a group; `where` is "channel" or "thread". */
export function message(one, channel, { first, where }) {
  if (one.subtype === "tombstone") return gone(one);
  if (!TALK.has(one.subtype)) return event(one);
  const editing = ui.editing?.ts === one.ts && ui.editing.where === where;
  return h(
    "article",
    {
      key: one.ts,
      class: cls(
        "message",
        first && "first",
        one.ephemeral && "ephemeral",
        one.pinned && "pinned",
        editing && "editing",
      ),
      "data-ts": one.ts,
      "data-testid": one.ephemeral ? "ephemeral" : "message",
      "aria-label": `${speakerName(one)}, ${clock(one.ts)}`,
    },
    one.pinned && h("div", { class: "over-line" }, icon("pin"), "Pinned"),
    one.ephemeral && h("div", { class: "over-line" }, icon("eye"), "Only visible to you"),
    h(
      "div",
      { class: "message-side" },
      first ? face(one) : h("time", { class: "side-time", title: both(one.ts) }, clock(one.ts)),
    ),
    h(
      "div",
      { class: "message-body" },
      first && byline(one),
      editing ? editor(one, channel) : content(one, channel),
      reactions(one, channel),
      where === "channel" && replies(one),
    ),
    !editing && !one.ephemeral && tools(one, channel, where),
  );
}

const speakerName = (one) => one.username ?? nameOf(one.user);

const face = (one) => avatar(person(one.user), "big", one.icons?.emoji ?? one.icon_emoji);

function byline(one) {
  const isApp = Boolean(one.bot_id) || person(one.user)?.is_bot;
  return h(
    "div",
    { class: "byline" },
    h("strong", { class: "author", title: person(one.user)?.title || null }, speakerName(one)),
    isApp && h("span", { class: "app-badge" }, "APP"),
    h("time", { title: both(one.ts) }, clock(one.ts)),
  );
}

function gone(one) {
  return h(
    "article",
    { key: one.ts, class: "message first gone", "data-ts": one.ts },
    h("div", { class: "message-side" }, h("span", { class: "avatar big ghost" }, icon("bin"))),
    h("div", { class: "message-body" }, h("p", {}, "This message was deleted."), replies(one)),
  );
}

function event(one) {
  const said = one.text.replace(new RegExp(`^<@${one.user}> ?`), "");
  return h(
    "article",
    { key: one.ts, class: "message event", "data-ts": one.ts },
    h("div", { class: "message-side" }, avatar(person(one.user), "tiny")),
    h(
      "div",
      { class: "message-body" },
      h("strong", {}, nameOf(one.user)),
      " ",
      one.subtype === "channel_topic" ? inline(said, context(), false) : mrkdwn(said, context()),
      h("time", { title: both(one.ts) }, clock(one.ts)),
    ),
  );
}

function content(one, channel) {
  const surface = messageSurface(one, channel);
  const own = (one.blocks ?? []).filter((block) => one.bot_id || block.type !== "rich_text");
  return h(
    "div",
    { class: "content" },
    own.length > 0
      ? h("div", { class: "blocks" }, blocks(own, surface))
      : h(
          "div",
          { class: "text" },
          mrkdwn(one.text, surface.context),
          one.edited && h("span", { class: "edited", title: both(one.edited.ts) }, " (edited)"),
        ),
    attachments(one.attachments, surface),
    one.files?.map((file) =>
      h(
        "div",
        { key: file.id, class: "file" },
        icon("file"),
        h(
          "span",
          {},
          h("strong", {}, file.mode === "tombstone" ? "This file was deleted." : (file.title ?? file.name ?? "File")),
          h("small", {}, file.filetype ?? file.mimetype ?? ""),
        ),
      ),
    ),
  );
}

function reactions(one, channel) {
  if (!one.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions" },
    one.reactions.map(({ name, users }) => {
      const mine = users.includes(ui.me);
      const who = users.map((id) => (id === ui.me ? "you" : nameOf(id))).join(", ");
      return h(
        "button",
        {
          key: name,
          type: "button",
          class: cls("reaction", mine && "mine"),
          "data-reaction": name,
          "aria-pressed": mine ? "true" : "false",
          title: `${who} reacted with :${name}:`,
          on: { click: () => react(one, channel, name) },
        },
        h("span", { class: "emoji" }, shown(name)),
        h("span", {}, String(users.length)),
      );
    }),
    !one.ephemeral &&
      h(
        "button",
        {
          key: "add",
          type: "button",
          class: "reaction add",
          "aria-label": "Add a reaction",
          on: { click: (event) => pickEmoji(event.currentTarget, (name) => react(one, channel, name)) },
        },
        icon("smile"),
      ),
  );
}

function replies(one) {
  if (!one.reply_count) return null;
  const label = one.reply_count === 1 ? "1 reply" : `${one.reply_count} replies`;
  return h(
    "button",
    { type: "button", class: "replies", "data-testid": "replies", on: { click: () => openThread(one.ts) } },
    (one.reply_users ?? []).slice(0, 4).map((id) => avatar(person(id), "tiny")),
    h("strong", {}, label),
    one.latest_reply && h("span", {}, `Last reply ${ago(one.latest_reply, now())}`),
  );
}
