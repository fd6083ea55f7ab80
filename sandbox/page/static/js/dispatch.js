// Dispatches an action to its surface: after the confirmation dialog, and for choices only where the app receives them at
// once. Knows no result.

import { confirmed } from "./confirm.js";
import { hold, simple } from "./forms.js";
import { changed } from "./state.js";

/** The marks that tests, style sheets and the focus find an element by. */
export const hooks = (one, block) => ({
  "data-action-id": one.action_id,
  "data-block-id": block.block_id,
  "data-focus": one.focus_on_load ? "true" : null,
});

/** Hand an action to the surface, after the app's own question where it has one. */
export async function fire(one, block, surface, extra) {
  if (one.confirm && !(await confirmed(one.confirm))) return;
  surface.press({ action_id: one.action_id, block_id: block.block_id, ...extra });
}

/** Keep what was chosen and tell the app when it wants to know. */
export function choose(one, block, surface, value) {
  hold(surface.key, block.block_id, one, value);
  surface.touched?.(block);
  const listens = block.type !== "input" || block.dispatch_action;
  if (listens) fire(one, block, surface, { selected: simple(value) });
  changed();
}
