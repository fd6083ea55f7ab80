// The app's own place: its Home tab, the direct messages with it, and a word about what it offers.

import { blocks } from "./blocks.js";
import { avatar } from "./avatar.js";
import { body } from "./channel.js";
import { cls, h } from "./dom.js";
import { sidebarToggle } from "./sidebar.js";
import { appDm, bot, goTo, ui } from "./state.js";
import { viewSurface } from "./surface.js";

const TABS = [
  ["home", "Home"],
  ["messages", "Messages"],
  ["about", "About"],
];

/** Draw the app's place with the tab one is on. */
export function appPane() {
  const dm = appDm();
  return h(
    "main",
    {
      key: "app",
      class: "channel app-pane",
      "data-testid": "app-pane",
      "data-channel": ui.place.app === "messages" ? dm?.id : null,
    },
    h(
      "header",
      { class: "channel-head app-head" },
      sidebarToggle(),
      avatar(bot(), "mid"),
      h("h1", {}, bot().real_name),
      h("span", { class: "app-badge" }, "APP"),
      h(
        "div",
        { class: "tabs", role: "tablist", "aria-label": "App" },
        TABS.map(([id, label]) => tab(id, label, dm)),
      ),
    ),
    CONTENT[ui.place.app]?.(dm),
  );
}

function tab(id, label, dm) {
  const on = ui.place.app === id;
  const unread = id === "messages" && !on && dm?.unread > 0;
  return h(
    "button",
    {
      key: id,
      type: "button",
      role: "tab",
      class: cls("tab", on && "on"),
      "aria-selected": on ? "true" : "false",
      "data-testid": `tab-${id}`,
      on: { click: () => goTo({ app: id }) },
    },
    label,
    unread && h("span", { class: "badge loud" }, String(dm.unread)),
  );
}

const CONTENT = {
  home: () =>
    h(
      "div",
      { class: "home", "data-testid": "home", role: "region", "aria-label": "Home", tabindex: "0" },
      ui.snap.home
        ? h("div", { class: "home-inner blocks" }, blocks(ui.snap.home.blocks, viewSurface(ui.snap.home)))
        : h("p", { class: "home-empty" }, "The app has not shown anything here yet."),
    ),
  messages: (dm) => (dm ? body(dm) : h("p", { class: "home-empty" }, "Opening…")),
  about: () =>
    h(
      "div",
      { class: "home", role: "region", "aria-label": "About", tabindex: "0" },
      h(
        "div",
        { class: "home-inner about" },
        list(
          "Commands",
          ui.snap.commands.map((one) => [`${one.command} ${one.usage_hint ?? ""}`, one.description]),
        ),
        list(
          "Shortcuts",
          ui.snap.shortcuts.map((one) => [one.name, one.description]),
        ),
      ),
    ),
};

function list(title, rows) {
  return h(
    "section",
    { key: title },
    h("h2", {}, title),
    h(
      "dl",
      {},
      rows.flatMap(([name, words], n) => [h("dt", { key: `t${n}` }, name), h("dd", { key: `d${n}` }, words)]),
    ),
  );
}
