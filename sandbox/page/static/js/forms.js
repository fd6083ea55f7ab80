// What has been filled in but not sent, per message or view. It knows where
// each element keeps its value and what an untouched one says, and that an entry survives an update as long as its block_id and action_id stay.

const filled = new Map();
const changes = new Map();

/** How often something was filled in on a message or view. */
export const changesOf = (surface) => changes.get(surface) ?? 0;

const FIELDS = {
  plain_text_input: "value",
  number_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  checkboxes: "selected_options",
  users_select: "selected_user",
  multi_users_select: "selected_users",
  conversations_select: "selected_conversation",
  multi_conversations_select: "selected_conversations",
  channels_select: "selected_channel",
  multi_channels_select: "selected_channels",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
};

const INITIALS = { value: "initial_value", selected_date_time: "initial_date_time" };

const isList = (field) => field.endsWith("s");

function initial(element) {
  const field = FIELDS[element.type];
  const given = element[INITIALS[field] ?? field.replace("selected", "initial")];
  return given ?? (isList(field) ? [] : null);
}

/** What an element holds now: what was filled in if that is still on offer, else what it began with. */
export function held(surface, block, element) {
  const kept = filled.get(surface)?.get(`${block} ${element.action_id}`);
  if (!kept || kept.type !== element.type) return initial(element);
  return onOffer(element, kept.value) ? kept.value : initial(element);
}

function onOffer(element, value) {
  const options = element.option_groups?.flatMap((group) => group.options) ?? element.options;
  if (!options || value === null) return true;
  return [value].flat().every((one) => options.some((option) => option.value === one.value));
}

/** Store a filled-in value. */
export function hold(surface, block, element, value) {
  if (!filled.has(surface)) filled.set(surface, new Map());
  changes.set(surface, changesOf(surface) + 1);
  filled.get(surface).set(`${block} ${element.action_id}`, { type: element.type, value });
}

let open = new Set();

/** Forget what was filled into views that are closed, and into elements that are no longer there. */
export function keepForms(modals, home) {
  const now = new Set(modals.map((view) => view.id));
  for (const id of open) if (!now.has(id)) filled.delete(id);
  open = now;
  for (const view of home ? [...modals, home] : modals) prune(view);
}

function prune(view) {
  const there = new Set(stateful(view.blocks).map(([block, element]) => `${block} ${element.action_id}`));
  for (const key of filled.get(view.id)?.keys() ?? []) if (!there.has(key)) filled.get(view.id).delete(key);
}

/** Every element in the blocks that keeps a value, as [block_id, element]. */
export function stateful(blocks) {
  return blocks.flatMap((block) => {
    const elements =
      block.type === "input" ? [block.element] : [block.accessory, ...(block.type === "actions" ? block.elements : [])];
    return elements.filter((element) => element && FIELDS[element.type]).map((element) => [block.block_id, element]);
  });
}

/** What an element holds as a simple value: text, an option's value, an id, a date, seconds, or a list of them. */
export function simple(value) {
  if (Array.isArray(value)) return value.map(simple);
  return value !== null && typeof value === "object" ? value.value : value;
}

/** The simple values of all inputs of a view, by block. */
export function simpleValues(surface, blocks) {
  const inputs = stateful(blocks.filter((block) => block.type === "input"));
  return Object.fromEntries(inputs.map(([block, element]) => [block, simple(held(surface, block, element))]));
}

/** The required inputs that are empty, and texts that break their bounds: {block_id: sentence}. */
export function complaints(surface, blocks) {
  const found = {};
  for (const block of blocks.filter((one) => one.type === "input")) {
    const value = held(surface, block.block_id, block.element);
    const empty = value === null || value === "" || (Array.isArray(value) && value.length === 0);
    if (empty && !block.optional) found[block.block_id] = "Please complete this required field.";
    else if (!empty && tooShort(block.element, value))
      found[block.block_id] = `Please write at least ${block.element.min_length} characters.`;
    else if (!empty && tooLong(block.element, value))
      found[block.block_id] = `Please write at most ${block.element.max_length} characters.`;
  }
  return found;
}

const tooShort = (element, value) => element.min_length && value.length < element.min_length;
const tooLong = (element, value) =>
  element.max_length && typeof value === "string" && value.length > element.max_length;
