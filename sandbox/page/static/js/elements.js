// The interactive elements of Block Kit: buttons and menus here, inputs in fields.js.

import { cls, h } from "./dom.js";
import { FIELDS } from "./fields.js";
import { fire, hooks } from "./dispatch.js";
import { icon } from "./icons.js";
import { plain, unescapeText } from "./mrkdwn.js";
import { menu, openPopover } from "./popover.js";
import { isBusy } from "./state.js";

/** Draw one element. `of` may hold the error and label of its input. */
export function element(one, block, surface, of = {}) {
  const draw = KINDS[one.type];
  return draw
    ? draw(one, block, surface, of)
    : h("span", { class: "block-unknown" }, `“${one.type}” is not drawn here`);
}

/** Draw a button; one with a url is a link that also tells the app. */
export function button(one, block, surface) {
  const className = cls("button", one.style);
  const press = () => fire(one, block, surface, { value: one.value ?? null });
  const words = plain(one.text?.text ?? "");
  const label = one.accessibility_label ?? null;
  if (/^https?:\/\//i.test(one.url ?? "")) {
    return h(
      "a",
      {
        class: className,
        href: one.url,
        target: "_blank",
        rel: "noopener noreferrer",
        "aria-label": label,
        ...hooks(one, block),
        on: { click: press },
      },
      words,
      icon("link"),
    );
  }
  const busy = isBusy(`${surface.key} ${block.block_id} ${one.action_id}`);
  return h(
    "button",
    {
      type: "button",
      class: cls(className, busy && "busy"),
      "aria-busy": busy ? "true" : null,
      "aria-label": label,
      ...hooks(one, block),
      on: { click: () => busy || press() },
    },
    words,
    busy && h("span", { class: "spinner" }),
  );
}

function overflow(one, block, surface) {
  const rows = one.options.map((option) => ({
    label: unescapeText(option.text.text),
    note: option.description?.text,
    act: () => (
      option.url && /^https?:/i.test(option.url) && window.open(option.url, "_blank", "noopener"),
      fire(one, block, surface, { selected: option.value })
    ),
  }));
  return h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      ...hooks(one, block),
      on: { click: (event) => openPopover(event.currentTarget, "More actions", () => menu(rows), { role: "menu" }) },
    },
    icon("more"),
  );
}

const KINDS = { ...FIELDS, button, overflow };
