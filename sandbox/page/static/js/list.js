// A list of messages by day and author, in a channel or a thread. Groups messages and follows the newest one; knows no
// look of a message.

import { dayName, dayOf } from "./dates.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { remembered } from "./memo.js";
import { inline } from "./mrkdwn.js";
import { context, nameOf, now, ui } from "./state.js";

/** Draw the messages of a channel, those in threads left out. */
export function messageList(channel) {
  const all = ui.loaded.get(channel.id);
  const top = (all ?? []).filter(
    (one) =>
      !one.thread_ts ||
      one.thread_ts === one.ts ||
      one.subtype === "thread_broadcast" ||
      (one.ephemeral && !one.thread_ts),
  );
  return h(
    "div",
    {
      key: `list-${channel.id}`,
      class: "messages",
      "data-testid": "messages",
      tabindex: "0",
      role: "log",
      "aria-live": "polite",
      "aria-label": "Messages",
      created: (el) => stick(el, true),
      updated: (el) => stick(el, false),
      on: { scroll: (event) => remember(event.currentTarget) },
    },
    h("div", { class: "messages-inner" }, all && intro(channel), grouped(top, channel, "channel")),
  );
}

/** Remember whether the reader has scrolled away from the newest message. */
export function remember(el) {
  el._far = el.scrollHeight - el.scrollTop - el.clientHeight > 40;
}

/** Follow the newest message unless the reader has scrolled up; highlight the one a link leads to. */
export function stick(el, first) {
  if (first || !el._far) el.scrollTop = el.scrollHeight;
  const wanted = ui.flash && el.querySelector(`[data-ts="${CSS.escape(ui.flash)}"]`);
  if (wanted) {
    ui.flash = null;
    wanted.scrollIntoView({ block: "center" });
    wanted.classList.add("flash");
    el._far = true;
  }
}

function intro(channel) {
  if (channel.kind === "im")
    return h(
      "div",
      { class: "intro" },
      h("h2", {}, "You and the app"),
      h("p", {}, "What is written here, only the two of you see."),
    );
  return h(
    "div",
    { class: "intro" },
    h("h2", {}, icon(channel.is_private ? "lock" : "hash"), channel.name),
    h(
      "p",
      {},
      channel.purpose
        ? inline(channel.purpose, context())
        : `${nameOf(channel.creator)} made this ${channel.is_private ? "private " : ""}channel.`,
    ),
  );
}

const GROUP_SECONDS = 300;

/** Draw messages one after another, those of one speaker together. */
export function grouped(list, channel, where) {
  let before;
  return list.flatMap((one) => {
    const newDay = !before || dayOf(before.ts) !== dayOf(one.ts);
    const alone = newDay || !goesOn(before, one);
    before = one;
    const divider =
      newDay && where === "channel"
        ? h(
            "div",
            { key: `day-${dayOf(one.ts)}`, class: "day", role: "separator" },
            h("span", {}, dayName(one.ts, now())),
          )
        : null;
    return [divider, remembered(one, channel, { first: alone, where })];
  });
}

const speaker = (one) => `${one.user} ${one.username ?? ""} ${Boolean(one.ephemeral)}`;

const goesOn = (before, one) =>
  speaker(before) === speaker(one) &&
  !quiet(before) &&
  !one.blocks?.some((block) => block.type !== "rich_text") &&
  !before.reply_count &&
  Number(one.ts) - Number(before.ts) < GROUP_SECONDS;

const quiet = (one) =>
  Boolean(one.subtype) && !["thread_broadcast", "file_share", "bot_message", "me_message"].includes(one.subtype);
