// The page put together: it draws everything from the state, in one go, whenever the state changed.

import { appearanceToggle } from "./appearance.js";
import { listen, refresh } from "./api.js";
import { channelPane } from "./channel.js";
import { questionDialog } from "./confirm.js";
import { cls, draw, h } from "./dom.js";
import { drawer, drawerToggle } from "./drawer.js";
import { keepForms } from "./forms.js";
import { appPane } from "./home.js";
import { threadPane } from "./thread.js";
import { modal } from "./modal.js";
import { goAlong, notice } from "./notice.js";
import { phone } from "./phone.js";
import { closePopover, popover } from "./popover.js";
import { sidebar, sidebarCover } from "./sidebar.js";
import { changed, channel, isOwnPicture, onChange, openChannel, ui } from "./state.js";
import { arrive, follow, markRead, settle } from "./travel.js";

const root = document.getElementById("page");

function page() {
  if (!ui.snap)
    return h("p", { class: "waiting" }, ui.online ? "Opening the workspace…" : "The workspace does not answer.");
  const here = openChannel();
  const thread = ui.thread ? threadPane(here) : null;
  return [
    h(
      "div",
      {
        key: "frame",
        class: cls("frame", thread && "with-thread", ui.sidebarOpen && "sidebar-open"),
        inert: ui.snap.modals.length > 0 || ui.question ? true : null,
      },
      sidebar(),
      sidebarCover(),
      h(
        "div",
        { class: "stage", inert: ui.sidebarOpen || null },
        notice(),
        phone(),
        h("div", { class: "panes" }, ui.place.app ? appPane() : here && channelPane(here), thread),
        drawer(),
      ),
      h(
        "footer",
        { class: "status-bar" },
        h("span", {}, "Everything here runs on this machine. Nobody outside is told anything."),
        h("span", { class: "grow" }),
        appearanceToggle(),
        drawerToggle(),
      ),
    ),
    modal(),
    questionDialog(),
    popover(),
    h(
      "div",
      { key: "toasts", class: "toasts", role: "status", "aria-live": "polite" },
      ui.toasts.map((one) => h("div", { key: one.id, class: cls("toast", one.tone) }, one.words)),
    ),
  ];
}

let lastTop = null;
let isPressed = false; // true while a button of the mouse is down, and until its click is through

function redraw() {
  if (!isOwnPicture() || isPressed) return;
  const top = ui.snap?.modals.at(-1)?.id ?? null;
  if (ui.snap) keepForms(ui.snap.modals, ui.snap.home);
  if (top !== lastTop && ui.popover) closePopover(false);
  draw(root, page());
  if (top !== lastTop && !top) document.querySelector("[data-testid=composer]")?.focus({ preventScroll: true });
  if (top && document.activeElement === document.body && !ui.popover) keepFocusInForm();
  lastTop = top;
  document.title = title();
  if (!ui.snap) return;
  goAlong();
  markRead();
}

/** An updated form may have lost the button with the focus; the form keeps the keyboard. */
function keepFocusInForm() {
  document.querySelector("[data-testid=modal]")?.focus({ preventScroll: true });
}

function title() {
  if (!ui.snap) return "Pretend workspace";
  const unread = ui.snap.channels.reduce((sum, one) => sum + (one.is_member ? one.mentions : 0), 0);
  const place = ui.place.app ? "App" : `#${channel(ui.place.channel)?.name ?? ""}`;
  return `${unread ? `(${unread}) ` : ""}${place} · ${ui.snap.team.name} · Pretend workspace`;
}

/** A click is lost when what it began on moves or is replaced before it ends: the page keeps still until then. */
const hold = (is) => () => {
  isPressed = is;
};

function moveAgain() {
  setTimeout(() => {
    hold(false)();
    changed();
  });
}

document.addEventListener("pointerdown", hold(true), true);
document.addEventListener("click", hold(false), true);
for (const end of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(end, moveAgain, true);
window.addEventListener("blur", moveAgain);
onChange(redraw);
arrive();
document.addEventListener("visibilitychange", () => markRead());
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link && follow(link.href)) event.preventDefault();
});
await refresh();
listen();
await settle();
