// What there is to choose from: people and places of the workspace as options of a picker. It knows who counts as a
// person and which conversations a select offers; it knows no picker.

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { humans, nameOf, ui } from "./state.js";

/** The people who can be chosen. */
export function personOptions() {
  return humans().map((one) => ({
    id: one.id,
    label: one.real_name,
    note: one.title || `@${one.name}`,
    art: avatar(one, "tiny"),
  }));
}

/** The channels and conversations that a select of this kind offers. */
export function conversationOptions(element) {
  const wanted = element.type.includes("channels_select")
    ? ["public"]
    : (element.filter?.include ?? ["public", "private", "im"]);
  return ui.snap.channels
    .filter(
      (one) => wanted.includes(one.kind === "im" ? "im" : one.is_private ? "private" : "public") && !one.is_archived,
    )
    .map((one) => ({
      id: one.id,
      label: one.kind === "im" ? nameOf(one.members.find((id) => id !== ui.me)) : one.name,
      art: h("span", { class: "option-art" }, icon(one.is_private ? "lock" : "hash")),
    }));
}
