// The inline editor of one's own message. Enter saves, Escape cancels; the text is escaped, without references.

import { attempt } from "./api.js";
import { h } from "./dom.js";
import { changed, ui } from "./state.js";
import { readable, written } from "./words.js";

/** Draw the field in place of the message's text. */
export function editor(one, channel) {
  const stop = () => {
    const { where } = ui.editing ?? {};
    ui.editing = null;
    changed();
    queueMicrotask(() =>
      document.querySelector(`[data-testid=${where === "thread" ? "thread-composer" : "composer"}]`)?.focus(),
    );
  };
  const save = async (event) => {
    const text = event.currentTarget.closest(".editor").querySelector("textarea").value.trim();
    if (text && (await attempt("edit", { channel: channel.id, ts: one.ts, text: written(text) }))) stop();
  };
  const onKey = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      stop();
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save(event);
    }
  };
  return h(
    "div",
    { class: "editor" },
    h("textarea", {
      class: "field",
      rows: "2",
      "aria-label": "Edit message",
      "data-testid": "editor",
      value: readable(one.text),
      created: (el) => {
        el.focus();
        el.setSelectionRange(el.value.length, el.value.length);
      },
      on: { keydown: onKey },
    }),
    h(
      "div",
      { class: "editor-foot" },
      h("button", { type: "button", class: "button small", on: { click: stop } }, "Cancel"),
      h("button", { type: "button", class: "button small primary", on: { click: save } }, "Save"),
    ),
  );
}
