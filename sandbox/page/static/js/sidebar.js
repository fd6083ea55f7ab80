// The dark column: which workspace this is, who you are, and everywhere you can go. It knows what is unread, and leaves
// the reading to the channel.

import { refresh } from "./api.js";
import { avatar } from "./avatar.js";
import { cls, h } from "./dom.js";
import { icon } from "./icons.js";
import { jumpButton } from "./jump.js";
import { closePopover, openPopover } from "./popover.js";
import { appDm, bot, changed, goTo, humans, person, ui } from "./state.js";
import { become } from "./travel.js";

/** Draw the column. */
export function sidebar() {
  const channels = ui.snap.channels.filter((one) => one.kind !== "im");
  const mine = channels.filter((one) => one.is_member && !one.is_archived);
  const others = channels.filter((one) => !one.is_member && !one.is_archived);
  const archived = channels.filter((one) => one.is_archived);
  return h(
    "nav",
    {
      class: "sidebar",
      "aria-label": "Workspace",
      on: { keydown: (event) => event.key === "Escape" && !ui.popover && show(false) },
    },
    h(
      "div",
      { class: "brand" },
      h("span", { class: "brand-mark", "aria-hidden": "true" }),
      h("div", {}, h("strong", {}, ui.snap.team.name), h("span", {}, "Pretend workspace")),
    ),
    youAre(),
    jumpButton(),
    h(
      "div",
      { class: "places" },
      group("Channels", mine.map(channelRow)),
      others.length > 0 && group("More channels", others.map(channelRow)),
      group("Apps", [appRow()]),
      archived.length > 0 && group("Archived", archived.map(channelRow)),
      group("Become somebody else", humans().map(personRow)),
    ),
  );
}

function show(open) {
  if (ui.sidebarOpen === open) return;
  ui.sidebarOpen = open;
  changed();
  queueMicrotask(() => document.querySelector(open ? "[data-testid=you-are]" : "[data-testid=open-sidebar]")?.focus());
}

/** Draw the button that opens the column on a telephone. */
export function sidebarToggle() {
  const waiting = ui.snap.channels.reduce((sum, one) => sum + (one.is_member ? one.mentions : 0), 0);
  return h(
    "button",
    {
      type: "button",
      class: "icon-button open-sidebar",
      "aria-label": waiting ? `Channels and people, ${waiting} for you` : "Channels and people",
      "data-testid": "open-sidebar",
      on: { click: () => show(true) },
    },
    icon("menu"),
    waiting > 0 && h("span", { class: "badge loud", "aria-hidden": "true" }, String(waiting)),
  );
}

/** Cover the page while the column lies over it; a click there closes the column. */
export function sidebarCover() {
  return ui.sidebarOpen && h("div", { key: "cover", class: "sidebar-cover", on: { click: () => show(false) } });
}

window.addEventListener("resize", () => show(false));

function group(title, rows) {
  return h("section", { key: title, class: "place-group", "aria-label": title }, h("h2", {}, title), h("ul", {}, rows));
}

function channelRow(one) {
  const here = !ui.place.app && ui.place.channel === one.id;
  const unread = one.is_member && one.unread > 0 && !here;
  return h(
    "li",
    { key: one.id },
    h(
      "button",
      {
        type: "button",
        class: cls("place", here && "here", unread && "unread", !one.is_member && "outside"),
        "data-channel": one.id,
        "data-channel-name": one.name,
        "aria-current": here ? "page" : null,
        on: { click: () => goTo({ channel: one.id }) },
      },
      icon(one.is_private ? "lock" : "hash"),
      h("span", { class: "place-name" }, one.name),
      unread && badge(one),
    ),
  );
}

function badge(one) {
  if (!one.mentions) return h("span", { class: "unseen" }, "unread");
  return [h("span", { class: "badge loud" }, String(one.mentions)), h("span", { class: "unseen" }, "for you")];
}

function appRow() {
  const dm = appDm();
  const here = Boolean(ui.place.app);
  const unread = dm && dm.unread > 0 && ui.place.app !== "messages";
  return h(
    "li",
    { key: "app" },
    h(
      "button",
      {
        type: "button",
        class: cls("place", here && "here", unread && "unread"),
        "data-testid": "app",
        "data-channel": dm?.id,
        "aria-current": here ? "page" : null,
        on: { click: () => goTo({ app: unread ? "messages" : "home" }) },
      },
      avatar(bot(), "tiny"),
      h("span", { class: "place-name" }, bot().real_name),
      h("span", { class: "app-mark" }, "app"),
      unread && badge(dm),
    ),
  );
}

function personRow(one) {
  const self = one.id === ui.me;
  return h(
    "li",
    { key: one.id },
    h(
      "button",
      {
        type: "button",
        class: "place person",
        title: `Be ${one.real_name}`,
        on: { click: () => self || become(one.id) },
      },
      avatar(one, "tiny"),
      !self && h("span", { class: "unseen" }, "Be "),
      h("span", { class: "place-name" }, one.real_name),
      self && h("span", { class: "self-mark" }, "you"),
    ),
  );
}

function youAre() {
  const me = person(ui.me);
  return h(
    "button",
    {
      type: "button",
      class: "you-are",
      "data-testid": "you-are",
      "data-user": ui.me,
      "aria-haspopup": "dialog",
      on: {
        click: (event) =>
          openPopover(event.currentTarget, "Become somebody else", people, { className: "people", role: "listbox" }),
      },
    },
    avatar(me, "mid"),
    h(
      "span",
      { class: "you-are-words" },
      h("small", {}, "You are"),
      h("strong", {}, me.real_name),
      h("span", {}, me.title || `@${me.name}`),
    ),
    h("span", { class: "unseen" }, "Become somebody else"),
    icon("chevron"),
  );
}

function people() {
  return [
    h("p", { class: "people-lead" }, "Who do you want to be?"),
    humans().map((one) =>
      h(
        "button",
        {
          key: one.id,
          type: "button",
          role: "option",
          class: cls("person-row", one.id === ui.me && "on"),
          "data-user": one.id,
          "aria-selected": one.id === ui.me ? "true" : "false",
          "data-autofocus": one.id === ui.me,
          on: {
            click: () => {
              closePopover();
              become(one.id).then(refresh);
            },
          },
        },
        avatar(one, "mid"),
        h(
          "span",
          {},
          h("strong", {}, one.real_name, one.is_restricted && h("em", {}, " guest")),
          h("small", {}, one.title || `@${one.name}`),
          h("small", {}, one.tz),
        ),
        one.id === ui.me && icon("check"),
      ),
    ),
  ];
}
