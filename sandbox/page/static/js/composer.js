// The place to write: messages, replies and slash commands. Enter sends and Shift+Enter makes a line; what could not be
// sent stays. It knows nothing of what a command means, only that the app offers it.

import { act } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { pickEmoji } from "./emojipicker.js";
import { menu, openPopover } from "./popover.js";
import { changed, nameOf, toast, ui } from "./state.js";
import { complete, found, suggestionId, suggestions } from "./suggest.js";
import { commanded, written } from "./words.js";

const notes = new Map(); // place → what went wrong with the last sending

/** Draw the composer of a channel, or of a thread in it. */
export function composer(channel, thread) {
  const place = `${ui.me} ${channel.id} ${thread ?? ""}`;
  const where = { channel, thread, place };
  const label = thread
    ? "Reply…"
    : channel.kind === "im"
      ? `Message ${nameOf(ui.snap.bot)}`
      : `Message #${channel.name}`;
  return h(
    "form",
    {
      key: `composer-${place}`,
      class: "composer",
      "data-testid": thread ? "thread-composer-form" : "composer-form",
      on: {
        submit: (event) => {
          event.preventDefault();
          send(event.currentTarget.querySelector("textarea"), where);
        },
      },
    },
    notes.has(place) &&
      h("div", { class: "composer-note", role: "alert", "data-testid": "composer-error" }, notes.get(place)),
    suggestions(place),
    h(
      "div",
      { class: "composer-box" },
      h("textarea", {
        rows: "1",
        placeholder: label,
        "aria-label": label,
        "data-testid": thread ? "thread-composer" : "composer",
        value: ui.drafts.get(place) ?? "",
        "aria-autocomplete": "list",
        "aria-controls": found(place) ? "suggestions" : null,
        "aria-activedescendant": found(place) ? suggestionId(found(place).at) : null,
        created: (el) => {
          fit(el);
          if (!thread || ui.thread === thread) el.focus({ preventScroll: true });
        },
        on: {
          input: (event) => onInput(event.target, where),
          keydown: (event) => onKey(event, where),
          click: (event) => complete.look(event.target, place),
          blur: () => complete.stop(place),
        },
      }),
      h(
        "div",
        { class: "composer-tools" },
        h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": "Shortcuts",
            title: "Shortcuts",
            "data-testid": "shortcuts",
            on: {
              click: (event) =>
                openPopover(event.currentTarget, "Shortcuts", () => menu(shortcutRows(where)), { role: "menu" }),
            },
          },
          icon("bolt"),
        ),
        h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": "Emoji",
            title: "Emoji",
            on: {
              click: (event) => {
                const area = event.currentTarget.closest("form").querySelector("textarea");
                pickEmoji(event.currentTarget, (name) => insert(area, `:${name}: `, where));
              },
            },
          },
          icon("smile"),
        ),
        h("span", { class: "composer-hint" }, "Enter sends · Shift+Enter for a new line · / for commands"),
        h(
          "button",
          { type: "submit", class: "send", "aria-label": "Send", "data-testid": thread ? "thread-send" : "send" },
          icon("send"),
        ),
      ),
    ),
  );
}

function fit(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
}

function onInput(area, { place }) {
  ui.drafts.set(place, area.value);
  notes.delete(place);
  fit(area);
  complete.look(area, place);
}

function insert(area, words, where) {
  area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  onInput(area, where);
}

function onKey(event, where) {
  if (complete.key(event, where.place)) return onInput(event.target, where);
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send(event.target, where);
  }
  if (event.key === "ArrowUp" && !event.target.value) editLast(event, where);
  return undefined;
}

/** Edit one's last message of this place, as ArrowUp in an empty composer does. */
function editLast(event, { channel, thread }) {
  const mine = (ui.loaded.get(channel.id) ?? []).filter(
    (one) =>
      one.user === ui.me &&
      !one.ephemeral &&
      !one.subtype &&
      (thread ? one.thread_ts === thread : !one.thread_ts || one.thread_ts === one.ts),
  );
  if (!mine.length) return;
  event.preventDefault();
  ui.editing = { ts: mine.at(-1).ts, where: thread ? "thread" : "channel" };
  changed();
}

function clear(area, place) {
  ui.drafts.delete(place);
  area.value = "";
  fit(area);
}

async function send(area, where) {
  const { place } = where;
  const text = area.value.trim();
  if (!text) return;
  complete.stop(place);
  notes.delete(place);
  clear(area, place);
  changed();
  const note = text.startsWith("/") ? await sendCommand(text, where) : await sendMessage(text, where);
  if (!note) return;
  notes.set(place, note);
  if (!area.value) {
    ui.drafts.set(place, text);
    if (area.isConnected) area.value = text;
    fit(area);
  }
  changed();
}

async function sendMessage(text, { channel, thread }) {
  const result = await act("post", { channel: channel.id, text: written(text), thread_ts: thread });
  return result.error && `Not sent: ${result.error}`;
}

async function sendCommand(line, { channel, thread }) {
  const [, command, text] = line.match(/^(\/\S*)\s*([\s\S]*)$/);
  if (thread) return `${command} is not supported in threads. Sorry!`;
  if (!ui.snap.commands.some((one) => one.command === command)) return `${command} is not a valid command.`;
  const result = await act("slash", { channel: channel.id, command, text: commanded(text) });
  return result.error && `${command} failed with the error “${result.error}”.`;
}

function shortcutRows({ channel }) {
  const global = ui.snap.shortcuts.filter((one) => one.type === "global");
  const run = async (one) => {
    const result = await act("global_shortcut", { callback_id: one.callback_id, channel: channel.id });
    if (result.error) toast(`${one.name}: ${result.error}`, "bad");
  };
  if (!global.length) return [{ heading: "The app offers no shortcuts" }];
  return [
    { heading: nameOf(ui.snap.bot) },
    ...global.map((one) => ({
      label: one.name,
      note: one.description,
      glyph: "⚡",
      testid: `shortcut-${one.callback_id}`,
      act: () => run(one),
    })),
  ];
}
