// The surface of blocks: a message, a modal or the Home tab. It turns the press of an element into an action, with
// everything that was filled in around it, and remembers which button is waiting for its answer.

import { act } from "./api.js";
import { simpleValues } from "./forms.js";
import { changed, context, toast, ui } from "./state.js";

async function press(surface, what, place, action) {
  const key = `${surface.key} ${action.block_id} ${action.action_id}`;
  ui.busy.add(key);
  changed();
  const result = await act(what, { ...place(), ...action });
  ui.busy.delete(key);
  if (result.error)
    toast(/trouble/.test(result.error) ? "The app did not answer in time. Try again?" : result.error, "bad");
  changed();
}

/** The surface of a message. */
export function messageSurface(one, channel) {
  const surface = { key: `${channel.id}-${one.ts}`, kind: "message", context: context() };
  const here = { channel: channel.id, ts: one.ts };
  const place = () => ({ ...here, values: simpleValues(surface.key, one.blocks ?? []) });
  surface.press = (action) => press(surface, "press", place, action);
  surface.suggest = async (block, element, words) => {
    if (words.length < (element.min_query_length ?? 3)) return {};
    return (await act("suggest_in_message", { ...here, action_id: element.action_id, query: words })).payload ?? {};
  };
  return surface;
}

/** The surface of a modal or the Home tab; what is typed so far goes along with every press. */
export function viewSurface(view) {
  const errors = { ...view.errors, ...ui.complaints.get(view.id) };
  const surface = { key: view.id, kind: view.type, context: context(), errors };
  const place = () => ({ view: view.id, values: simpleValues(view.id, view.blocks) });
  surface.press = (action) => press(surface, "press_in_view", place, action);
  surface.suggest = async (block, element, words) => {
    if (words.length < (element.min_query_length ?? 3)) return {};
    return (await act("suggest", { view: view.id, action_id: element.action_id, query: words })).payload ?? {};
  };
  surface.touched = (block) => delete ui.complaints.get(view.id)?.[block.block_id];
  return surface;
}
