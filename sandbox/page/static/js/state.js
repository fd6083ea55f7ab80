// What the page knows: the latest picture of the workspace as one person sees it, and where that person is looking. It
// holds facts and answers questions about them; it draws nothing and sends nothing.

import { useZone } from "./dates.js";
import { textObject, unescapeText } from "./mrkdwn.js";

export const ui = {
  me: null, // who you are
  sidebarOpen: false, // on a telephone, where the column lies over the page
  place: { channel: null }, // {channel: id} or {app: "home" | "messages" | "about"}
  chosePlace: false, // true if the address named the place
  thread: null, // the ts whose thread is open
  flash: null, // the ts to show off after following a link
  snap: null, // the picture itself
  loaded: new Map(), // channel id → its messages
  drafts: new Map(), // place → text not sent yet
  editing: null, // {channel, ts} of the message being edited
  popover: null,
  question: null, // a confirmation waiting for its answer
  busy: new Set(), // buttons waiting for their acknowledgement
  trouble: new Map(), // view id → sentence
  complaints: new Map(), // view id → {block_id: sentence}
  toasts: [],
  wire: [],
  wireOpen: false,
  wireFilter: { words: "", kind: "all" },
  wireExpanded: new Set(),
  online: true,
};

let redraw = () => {};
let asked = false;

/** Say who draws the page. */
export function onChange(draw) {
  redraw = draw;
}

/** Ask for the page to be drawn again, once, before the next frame. */
export function changed() {
  if (asked) return;
  asked = true;
  queueMicrotask(() => {
    asked = false;
    redraw();
  });
}

/** Take in a new picture of the workspace. */
export function accept(snap) {
  if (ui.snap?.me !== snap.me) ui.loaded.clear();
  ui.snap = snap;
  ui.me = snap.me;
  useZone(person(snap.me)?.tz);
  for (const channel of snap.channels) if (channel.messages) ui.loaded.set(channel.id, channel.messages);
  if (!isThere(ui.place)) ui.place = { channel: firstChannel()?.id ?? null };
  changed();
}

function isThere(place) {
  return Boolean(place.app) || ui.snap.channels.some((channel) => channel.id === place.channel);
}

function firstChannel() {
  const mine = ui.snap.channels.filter((channel) => channel.is_member && channel.kind !== "im");
  return mine.find((channel) => channel.name === "general") ?? mine[0] ?? ui.snap.channels[0];
}

/** Forget what the person one was had open; what they see stays until the picture of the next one is there. */
export function forgetPerson() {
  Object.assign(ui, { thread: null, editing: null, popover: null, question: null });
  ui.busy.clear();
}

/** True if the snapshot is the present person's; it is not for a moment after switching the person. */
export const isOwnPicture = () => !ui.snap || ui.snap.me === ui.me;

export const person = (id) => ui.snap?.people.find((one) => one.id === id);
export const channel = (id) => ui.snap?.channels.find((one) => one.id === id);
export const bot = () => person(ui.snap.bot);
export const nameOf = (id) => person(id)?.real_name ?? id ?? "somebody";
export const isBusy = (key) => ui.busy.has(key);

/** The people one can speak of and to, by name; bots and the departed left out. */
export const humans = () => ui.snap.people.filter((one) => !one.is_bot && !one.deleted);

/** The direct message between you and the app, if it was ever opened. */
export const appDm = () => ui.snap.channels.find((one) => one.kind === "im" && one.members.includes(ui.snap.bot));

/** The channel whose messages are on the screen. */
export function openChannel() {
  if (ui.place.app === "messages") return appDm();
  return ui.place.app ? undefined : channel(ui.place.channel);
}

/** Seconds since 1970 on the workspace's clock. */
export const now = () => Date.parse(ui.snap.now) / 1000;

/** What drawing a text needs to know: names, the time, and how to go to a channel. */
export function context() {
  const here = {
    me: ui.me,
    now: now(),
    userName: (id) => person(id)?.real_name,
    channelName: (id) => channel(id)?.name,
    groupName: (id) => ui.snap.usergroups.find((group) => group.id === id)?.handle,
    go: (id) => goTo({ channel: id }),
    text: (object) => textObject(object, here),
  };
  return here;
}

let travel = () => {};

/** Say who carries out a change of place. */
export function onTravel(go) {
  travel = go;
}

/** Go to another channel or tab. */
export function goTo(place, thread = null) {
  travel(place, thread);
}

/** Show a short sentence at the foot of the page for a while. */
export function toast(words, tone = "plain") {
  const one = { words, tone, id: `${Date.now()}-${Math.random()}` };
  ui.toasts.push(one);
  changed();
  setTimeout(() => {
    ui.toasts = ui.toasts.filter((other) => other !== one);
    changed();
  }, 6000);
}

/** The words of a message for a preview of one line. */
export const gist = (message) =>
  unescapeText(message.text ?? "")
    .replace(/\s+/g, " ")
    .slice(0, 140);
