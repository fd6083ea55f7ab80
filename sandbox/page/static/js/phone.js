// The telephone of the person one is: what reached it beside Slack, with the keys to press, and whose telephones ring too.

import { attempt } from "./api.js";
import { cls, h } from "./dom.js";
import { changed, nameOf, ui } from "./state.js";

const put = new Set(); // what was put away
const WORDS = { call: "Call", text: "Text message", push: "Push message" };
const ENDS = { "no-answer": "not answered", completed: "ended", delivered: "answered", ringing: "answered" };

/** Draw the telephone, if anything is on it or another one rings. */
export function phone() {
  const own = (ui.snap.phone ?? []).filter((one) => !put.has(one.id));
  const others = (ui.snap.ringing ?? []).filter((user) => user && user !== ui.me);
  if (!own.length && !others.length) return null;
  return h(
    "section",
    { key: "phone", class: "phone", "aria-label": own.length ? "Your phone" : "Phones that ring", "data-testid": "phone" },
    own.length > 0 && h("h2", {}, "Your phone"),
    others.length > 0 && h("p", { class: "phone-others" }, ringing(others, own.length > 0)),
    h("ol", { "aria-live": "polite" }, own.map(ring)),
  );
}

const ringing = (users, too) =>
  `${too ? "Ringing too" : "Someone else's phone rings"}: ${users.map(nameOf).join(", ")}.`;

function ring(one) {
  const rings = one.state === "rings";
  const state = rings ? (one.kind === "call" ? "rings" : "new") : (ENDS[one.status] ?? "ended");
  return h(
    "li",
    { key: one.id, class: cls("phone-ring", rings && one.kind === "call" && "rings"), "data-testid": `ring-${one.kind}` },
    h("p", { class: "phone-head" }, h("strong", {}, WORDS[one.kind]), h("span", {}, state), away(one)),
    one.lines.map((words, n) => h("p", { key: n }, words)),
    one.keys.length > 0 && h("p", { class: "phone-keys" }, one.keys.map((key) => button(one, key))),
  );
}

const button = (one, { key, label }) =>
  h(
    "button",
    {
      key,
      type: "button",
      class: cls("button", key === "4" && "primary"),
      on: { click: () => attempt("press_key", { ring: one.id, key }) },
    },
    label,
  );

const away = (one) =>
  h(
    "button",
    {
      type: "button",
      class: "quiet-button",
      on: {
        click: () => {
          put.add(one.id);
          changed();
        },
      },
    },
    "Put away",
  );
