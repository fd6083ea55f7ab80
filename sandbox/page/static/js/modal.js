// Modals: the stack of forms the app has opened for you. It draws the topmost, sends it, and shows what the app said to
// it; an unacknowledged form stays open with its values.

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { cls, h } from "./dom.js";
import { complaints, simpleValues } from "./forms.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { changed, nameOf, ui } from "./state.js";
import { viewSurface } from "./surface.js";

const TROUBLE = "We had some trouble connecting. Try again?";

/** Draw the topmost modal, or nothing. */
export function modal() {
  const view = ui.snap.modals.at(-1);
  if (!view) return null;
  const depth = ui.snap.modals.length;
  return h(
    "div",
    { key: `modal-${view.id}`, class: "backdrop" },
    h(
      "div",
      {
        class: "dialog",
        role: "dialog",
        "aria-modal": "true",
        "aria-labelledby": "modal-title",
        "data-testid": "modal",
        "data-view": view.id,
        "data-callback-id": view.callback_id,
        tabindex: "-1",
        created: focusFirst,
        on: { keydown: (event) => onKey(event, view) },
      },
      h(
        "form",
        {
          class: "dialog-form",
          novalidate: true,
          on: {
            submit: (event) => {
              event.preventDefault();
              submit(event.currentTarget, view);
            },
          },
        },
        h(
          "header",
          { class: "dialog-head" },
          h("span", { class: "dialog-app", "aria-hidden": "true" }, nameOf(ui.snap.bot).slice(0, 1)),
          h("h2", { id: "modal-title", "data-testid": "modal-title" }, plain(view.title?.text)),
          depth > 1 && h("span", { class: "dialog-depth" }, `step ${depth}`),
          h(
            "button",
            {
              type: "button",
              class: "icon-button",
              "aria-label": "Close",
              "data-testid": "modal-close",
              on: { click: () => close(view) },
            },
            icon("close"),
          ),
        ),
        h(
          "div",
          { class: "dialog-body" },
          ui.trouble.has(view.id) &&
            h("p", { class: "trouble", role: "alert", "data-testid": "modal-trouble" }, ui.trouble.get(view.id)),
          blocks(view.blocks, viewSurface(view)),
        ),
        footer(view),
      ),
    ),
  );
}

function footer(view) {
  const busy = ui.busy.has(`submit ${view.id}`);
  return h(
    "footer",
    { class: "dialog-foot" },
    h(
      "button",
      { type: "button", class: "button", "data-testid": "modal-cancel", on: { click: () => close(view) } },
      plain(view.close?.text ?? (view.submit ? "Cancel" : "Close")),
    ),
    view.submit &&
      h(
        "button",
        {
          type: "submit",
          class: cls("button primary", busy && "busy"),
          "data-testid": "submit",
          "aria-busy": busy ? "true" : null,
          disabled: busy,
        },
        plain(view.submit.text),
        busy && h("span", { class: "spinner" }),
      ),
  );
}

const INSIDE = "input, textarea, select, button, a[href], [tabindex]:not([tabindex='-1'])";

function focusFirst(dialog) {
  const body = dialog.querySelector(".dialog-body");
  const first =
    body.querySelector(":is(input, textarea, button)[data-focus], [data-focus] input") ??
    body.querySelector("input:not([type=hidden]), textarea, .picker-field") ??
    body.querySelector("button, a[href]") ??
    dialog.querySelector("[data-testid=submit], [data-testid=modal-cancel]");
  (first ?? dialog).focus({ preventScroll: true });
}

function onKey(event, view) {
  if (event.key === "Escape") {
    event.preventDefault();
    close(view);
  }
  if (event.key === "Tab") keepInside(event);
}

function keepInside(event) {
  const all = [...event.currentTarget.querySelectorAll(INSIDE)].filter(
    (el) => !el.disabled && el.offsetParent !== null,
  );
  const [first, last] = [all[0], all.at(-1)];
  if (event.shiftKey ? document.activeElement === first : document.activeElement === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

async function submit(dialog, view) {
  const wrong = complaints(view.id, view.blocks);
  ui.complaints.set(view.id, wrong);
  ui.trouble.delete(view.id);
  if (Object.keys(wrong).length) return showFirstError(dialog);
  ui.busy.add(`submit ${view.id}`);
  changed();
  const result = await act("submit", { view: view.id, values: simpleValues(view.id, view.blocks) });
  ui.busy.delete(`submit ${view.id}`);
  if (result.error) ui.trouble.set(view.id, /trouble/.test(result.error) ? TROUBLE : result.error);
  return showFirstError(dialog);
}

function showFirstError(dialog) {
  changed();
  requestAnimationFrame(() => {
    const wrong = dialog.querySelector(".input.invalid");
    wrong?.querySelector("input, textarea, .picker-field")?.focus();
    wrong?.scrollIntoView({ block: "nearest" });
  });
}

async function close(view) {
  ui.trouble.delete(view.id);
  ui.complaints.delete(view.id);
  await act("close", { view: view.id });
}
