// The wire: every envelope to the app and every call it makes, as they go by. It shows what the workspace recorded, cut
// to what can be read, and sends nothing itself.

import { precise } from "./dates.js";
import { cls, h } from "./dom.js";
import { icon } from "./icons.js";
import { changed, ui } from "./state.js";

const KINDS = {
  api: ["call", "app → workspace"],
  envelope: ["envelope", "workspace → app"],
  ack: ["ack", "app → workspace"],
  unacked: ["no ack", "nobody answered"],
  socket: ["socket", "connection"],
  response: ["response", "app → workspace"],
};

const FILTERS = [
  ["all", "All"],
  ["envelope", "Envelopes"],
  ["api", "API calls"],
  ["trouble", "Trouble"],
];

/** Say whether a passage is one that went wrong. */
export function isTrouble(one) {
  const answered = one.kind === "api" || one.kind === "response";
  return one.kind === "unacked" || (answered && Boolean(one.result) && one.result !== "ok");
}

function wanted(one) {
  const { words, kind } = ui.wireFilter;
  const fits = {
    all: true,
    envelope: ["envelope", "ack", "unacked"].includes(one.kind),
    api: ["api", "response"].includes(one.kind),
    trouble: isTrouble(one),
  }[kind];
  return (
    fits &&
    (!words || `${one.name} ${one.result} ${JSON.stringify(one.detail)}`.toLowerCase().includes(words.toLowerCase()))
  );
}

/** Draw the button that opens and closes the drawer. */
export function drawerToggle() {
  const count = ui.wire.length;
  return h(
    "button",
    {
      type: "button",
      class: cls("wire-toggle", ui.wireOpen && "on"),
      "data-testid": "drawer-toggle",
      "aria-expanded": ui.wireOpen ? "true" : "false",
      "aria-controls": "wire",
      on: {
        click: () => {
          ui.wireOpen = !ui.wireOpen;
          changed();
        },
      },
    },
    icon("wire"),
    "Wire",
    h("span", { class: "wire-count" }, String(count)),
    !ui.online && h("span", { class: "offline" }, "not connected"),
  );
}

/** Draw the drawer when it is open. */
export function drawer() {
  if (!ui.wireOpen) return null;
  const rows = ui.wire.filter(wanted).slice(-250);
  return h(
    "section",
    { key: "wire", id: "wire", class: "wire", "aria-label": "Wire", "data-testid": "drawer" },
    h(
      "header",
      { class: "wire-head" },
      h("strong", {}, "Wire"),
      h(
        "div",
        { class: "wire-filters", role: "group", "aria-label": "Show" },
        FILTERS.map(([id, label]) =>
          h(
            "button",
            {
              key: id,
              type: "button",
              class: cls("wire-filter", ui.wireFilter.kind === id && "on"),
              "aria-pressed": ui.wireFilter.kind === id ? "true" : "false",
              on: {
                click: () => {
                  ui.wireFilter.kind = id;
                  changed();
                },
              },
            },
            label,
          ),
        ),
      ),
      h("input", {
        type: "search",
        class: "wire-search",
        placeholder: "Filter by name or content",
        "aria-label": "Filter",
        "data-testid": "drawer-filter",
        on: {
          input: (event) => {
            ui.wireFilter.words = event.target.value;
            changed();
          },
        },
      }),
      h("span", { class: "wire-shown" }, `${rows.length} shown`),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close the wire",
          on: {
            click: () => {
              ui.wireOpen = false;
              changed();
            },
          },
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      {
        class: "wire-rows",
        role: "region",
        tabindex: "0",
        "aria-label": "What went by",
        created: (el) => {
          el.scrollTop = el.scrollHeight;
        },
        updated: (el) => {
          if (!el._far) el.scrollTop = el.scrollHeight;
        },
        on: {
          scroll: ({ currentTarget: el }) => {
            el._far = el.scrollHeight - el.scrollTop - el.clientHeight > 30;
          },
        },
      },
      rows.length ? h("div", { role: "list" }, rows.map(row)) : h("p", { class: "wire-none" }, "Nothing has gone by yet."),
    ),
  );
}

function row(one) {
  const open = ui.wireExpanded.has(one.seq);
  const [label, direction] = KINDS[one.kind] ?? [one.kind, ""];
  const flip = () => {
    if (open) ui.wireExpanded.delete(one.seq);
    else ui.wireExpanded.add(one.seq);
    changed();
  };
  return h(
    "div",
    { key: String(one.seq), role: "listitem", class: cls("wire-item", `is-${one.kind}`, isTrouble(one) && "trouble") },
    h(
      "button",
      {
        type: "button",
        class: "wire-row",
        "data-testid": "wire-row",
        "data-kind": one.kind,
        "data-name": one.name,
        "aria-expanded": open ? "true" : "false",
        on: { click: flip },
      },
      icon("right", open ? "open" : ""),
      h("time", {}, precise(Date.parse(one.at) / 1000)),
      h("span", { class: "wire-kind", title: direction }, label),
      h("span", { class: "wire-name" }, one.name),
      h("span", { class: "wire-detail" }, open ? "" : brief(one)),
      h("span", { class: "wire-result" }, one.result),
      h(
        "span",
        { class: "wire-ms" },
        one.ms === null || one.ms === undefined ? "" : `${one.ms < 10 ? one.ms.toFixed(1) : Math.round(one.ms)} ms`,
      ),
    ),
    open && h("pre", { class: "wire-json" }, JSON.stringify(one.detail, null, 2)),
  );
}

/** What an envelope or a call is about, in one line. */
function brief({ detail }) {
  if (!detail) return "";
  const inside = detail.event ?? detail.payload ?? detail;
  const pressed = inside.actions?.map?.((one) => one.action_id).join(", ");
  const words = [
    pressed,
    inside.view?.callback_id,
    inside.callback_id,
    inside.channel_name,
    inside.response_action,
    inside.channel?.id ?? inside.channel,
    inside.users ?? inside.user?.id ?? inside.user,
    inside.name,
    inside.reaction,
    inside.text ?? inside.message?.text,
    inside.topic,
  ];
  const line = words.filter((word) => word && typeof word !== "object").join(" · ");
  return (line || (Object.keys(inside).length ? JSON.stringify(inside) : "")).slice(0, 200);
}
