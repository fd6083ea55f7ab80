// The question an app may ask before a button acts. It knows Slack's confirm object and answers yes or no.

import { h } from "./dom.js";
import { changed, context, ui } from "./state.js";

/** Ask; resolve to true when the person confirms and to false when they do not. */
export function confirmed(question) {
  const before = document.activeElement;
  return new Promise((resolve) => {
    const answer = (yes) => {
      ui.question = null;
      changed();
      before?.focus?.({ preventScroll: true });
      resolve(yes);
    };
    ui.question = { ...question, answer };
    changed();
  });
}

/** Draw the question, if there is one. */
export function questionDialog() {
  const asked = ui.question;
  if (!asked) return null;
  return h(
    "div",
    {
      key: "question",
      class: "backdrop over",
      on: { mousedown: (event) => event.target === event.currentTarget && asked.answer(false) },
    },
    h(
      "div",
      {
        class: "dialog small",
        role: "alertdialog",
        "aria-modal": "true",
        "aria-labelledby": "question-title",
        "data-testid": "confirm",
        on: {
          keydown: (event) => {
            if (event.key === "Escape") {
              event.stopPropagation();
              asked.answer(false);
            }
          },
        },
      },
      h("header", { class: "dialog-head" }, h("h2", { id: "question-title" }, asked.title.text)),
      h("div", { class: "dialog-body" }, context().text(asked.text)),
      h(
        "footer",
        { class: "dialog-foot" },
        h(
          "button",
          { type: "button", class: "button", "data-testid": "confirm-no", on: { click: () => asked.answer(false) } },
          asked.deny?.text ?? "Cancel",
        ),
        h(
          "button",
          {
            type: "button",
            class: `button ${asked.style ?? "primary"}`,
            "data-testid": "confirm-yes",
            created: (el) => el.focus(),
            on: { click: () => asked.answer(true) },
          },
          asked.confirm?.text ?? "Yes",
        ),
      ),
    ),
  );
}
