// The page's only way to the server: the picture of the workspace, the stream that says it changed, and acts. It draws
// nothing, and passes on every sentence of refusal as it came.

import { accept, changed, openChannel, toast, ui } from "./state.js";

let fetching = null;
let next = null;
let stream = null;

/** Fetch the picture of the workspace as it is from now on; wishes during a fetch are one fetch after it. */
export function refresh() {
  if (fetching) {
    next ??= fetching.then(() => {
      next = null;
      return refresh();
    });
    return next;
  }
  fetching = load().finally(() => {
    fetching = null;
  });
  return fetching;
}

async function load() {
  const who = ui.me;
  const query = new URLSearchParams({ as: who ?? "" });
  const shown = ui.snap ? openChannel()?.id : ui.place.channel;
  if (shown) query.set("channel", shown);
  try {
    const answer = await fetch(`/ui/snapshot?${query}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const snap = await answer.json();
    if (who === ui.me || !ui.snap) accept(snap);
  } catch {
    ui.me = ui.snap?.me ?? ui.me;
    setOnline(false);
  }
}

function setOnline(online) {
  if (ui.online === online) return;
  ui.online = online;
  changed();
}

/** Listen for changes as the person one is. */
export function listen() {
  stream?.close();
  const since = ui.wire.at(-1)?.seq ?? 0;
  stream = new EventSource(`/ui/stream?since=${since}`);
  stream.onopen = () => {
    setOnline(true);
    refresh();
  };
  stream.onerror = () => setOnline(false);
  stream.onmessage = (event) => {
    const passages = JSON.parse(event.data).wire;
    const last = ui.wire.at(-1)?.seq ?? 0;
    ui.wire = [...ui.wire, ...passages.filter((one) => one.seq > last)].slice(-600);
    refresh();
    changed();
  };
}

/** Do something as the person one is: {delivery} when it happened, {error} as a sentence when it was refused. */
export async function act(what, fields = {}) {
  try {
    const body = JSON.stringify({ as: ui.me, do: what, ...fields });
    const answer = await fetch("/ui/act", { method: "POST", headers: { "content-type": "application/json" }, body });
    const result = await answer.json();
    await refresh();
    return result;
  } catch {
    setOnline(false);
    return { error: "The workspace does not answer. Is it still running?" };
  }
}

/** Do something whose refusal is shown at the foot of the page; says whether it happened. */
export async function attempt(what, fields) {
  const result = await act(what, fields);
  if (result.error) toast(result.error, "bad");
  return !result.error;
}
