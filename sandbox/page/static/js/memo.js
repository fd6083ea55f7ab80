// Messages drawn before: as long as nothing a message depends on has changed, its old description is used again, and the
// document is not even looked at. It knows what a message depends on, and nothing of how it looks.

import { changesOf } from "./forms.js";
import { message } from "./message.js";
import { now, ui } from "./state.js";

const drawn = new Map(); // where, channel and ts → {stamp, node}
const written = new WeakMap(); // a message as it came → its text as JSON
const MOST = 2000;

/** Draw a message, or hand out what was drawn last time. */
export function remembered(one, channel, options) {
  const key = `${options.where} ${channel.id} ${one.ts} ${Boolean(one.ephemeral)}`;
  const stamp = stampOf(one, channel, options);
  const before = drawn.get(key);
  if (before?.stamp === stamp) return before.node;
  if (drawn.size > MOST) drawn.clear();
  const node = message(one, channel, options);
  drawn.set(key, { stamp, node });
  return node;
}

function stampOf(one, channel, { first }) {
  if (!written.has(one)) written.set(one, JSON.stringify(one));
  const editing = ui.editing?.ts === one.ts ? ui.editing.where : "";
  const surface = `${channel.id}-${one.ts}`;
  const busy = [...ui.busy].filter((key) => key.startsWith(surface)).join();
  const minute = Math.floor(now() / 60);
  return [
    written.get(one),
    first,
    editing,
    busy,
    changesOf(surface),
    minute,
    ui.me,
    channel.is_member,
    channel.is_archived,
    names(),
  ].join("\n");
}

let named = { snap: null, text: "" };

/** Every name a text may mention, as one text; made once for each picture of the workspace. */
function names() {
  if (named.snap !== ui.snap) {
    const { people, channels, usergroups } = ui.snap;
    const text = [
      people.map((one) => one.id + one.real_name),
      channels.map((one) => one.id + one.name),
      usergroups.length,
    ];
    named = { snap: ui.snap, text: text.join() };
  }
  return named.text;
}
