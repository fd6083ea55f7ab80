// Where one is and as whom, kept in the address so that a link opens the same place as the same person. It changes the
// place and asks for what is to be seen there.

import { act, refresh } from "./api.js";
import { changed, forgetPerson, onTravel, openChannel, ui } from "./state.js";

/** Read the address the page was opened with. */
export function arrive() {
  const query = new URLSearchParams(location.search);
  ui.me = query.get("as") ?? localStorage.getItem("as");
  ui.thread = query.get("thread");
  ui.flash = query.get("ts");
  ui.chosePlace = query.has("app") || query.has("channel");
  ui.place = query.has("app") ? { app: query.get("app") } : { channel: query.get("channel") };
}

/** The address of a place as a person, for the address bar and for links. */
export function address(place, { me = ui.me, thread = null, ts = null } = {}) {
  const query = new URLSearchParams({ as: me });
  if (place.app) query.set("app", place.app);
  else if (place.channel) query.set("channel", place.channel);
  if (thread) query.set("thread", thread);
  if (ts) query.set("ts", ts);
  return `${location.pathname}?${query}`;
}

function go(place, thread) {
  Object.assign(ui, { place, thread, editing: null, sidebarOpen: false });
  history.pushState(null, "", address(place, { thread }));
  settle();
}

/** Load what this place shows, and tell the app and the workspace that it is open. */
export async function settle() {
  changed();
  if (["home", "messages"].includes(ui.place.app)) await act("open_home", { tab: ui.place.app });
  else await refresh();
  await markRead();
}

/** Open or close a thread beside the channel. */
export function openThread(ts) {
  ui.thread = ts;
  history.replaceState(null, "", address(ui.place, { thread: ts }));
  changed();
}

/** Switch to another person, at the same place if they can see it. */
export async function become(id) {
  forgetPerson();
  ui.me = id;
  ui.sidebarOpen = false;
  localStorage.setItem("as", id);
  await refresh();
  history.pushState(null, "", address(ui.place));
  await settle();
}

/** Go to the message that one of the workspace's own links names; says whether it was such a link. */
export function follow(href) {
  const found = href.match(/\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?.*thread_ts=([\d.]+))?/);
  if (!found || !href.startsWith(`${location.origin}/`)) return false;
  const [, channel, seconds, micros, thread] = found;
  ui.flash = `${seconds}.${micros}`;
  go({ channel }, thread && thread !== ui.flash ? thread : null);
  return true;
}

let marked = "";

/** Say that what is on the screen has been read. */
export async function markRead() {
  const here = openChannel();
  const last = here && (ui.loaded.get(here.id) ?? []).filter((one) => !one.ephemeral).at(-1)?.ts;
  const mark = `${ui.me} ${here?.id} ${last}`;
  if (!last || !here.is_member || !here.unread || mark === marked || document.hidden) return;
  marked = mark;
  await act("read", { channel: here.id });
}

onTravel(go);
window.addEventListener("popstate", () => {
  const before = ui.me;
  arrive();
  if (ui.me !== before) forgetPerson();
  settle();
});
