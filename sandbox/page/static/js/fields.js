// The elements of Block Kit that are filled in: texts, selects of every kind, dates, boxes. Each shows what it holds and
// keeps what is put in.

import { conversationOptions, personOptions } from "./choices.js";
import { minuteOf, momentOf } from "./dates.js";
import { h } from "./dom.js";
import { choose, fire, hooks } from "./dispatch.js";
import { held, hold } from "./forms.js";
import { unescapeText } from "./mrkdwn.js";
import { picker } from "./picker.js";
import { changed } from "./state.js";

function textInput(one, block, surface, { error, label }) {
  const tag = one.multiline ? "textarea" : "input";
  const dispatch = one.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return h(tag, {
    class: "field",
    ...hooks(one, block),
    "aria-label": label ?? one.placeholder?.text ?? "Text",
    placeholder: one.placeholder?.text,
    type: one.multiline ? null : INPUT_TYPES[one.type],
    rows: one.multiline ? "4" : null,
    "aria-invalid": error ? "true" : null,
    "aria-required": block.optional ? null : "true",
    autocomplete: "off",
    value: held(surface.key, block.block_id, one) ?? "",
    on: {
      input: (event) => {
        hold(surface.key, block.block_id, one, event.target.value);
        surface.touched?.(block);
        changed();
        if (block.dispatch_action && dispatch.includes("on_character_entered"))
          fire(one, block, surface, { selected: event.target.value });
      },
      keydown: (event) => {
        if (event.key === "Enter" && !one.multiline && block.dispatch_action && dispatch.includes("on_enter_pressed")) {
          event.preventDefault();
          fire(one, block, surface, { selected: event.target.value });
        }
      },
    },
  });
}

const INPUT_TYPES = {
  plain_text_input: "text",
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
};

function optionsOf(one) {
  const groups = one.option_groups ?? [{ options: one.options ?? [] }];
  return groups.flatMap((group) =>
    group.options.map((option) => ({
      id: option.value,
      label: unescapeText(option.text.text),
      note: option.description && unescapeText(option.description.text),
      group: group.label && unescapeText(group.label.text),
      option,
    })),
  );
}

/** Draw a select whose values are the app's own options. */
function optionSelect(one, block, surface, of) {
  const many = one.type.startsWith("multi_");
  const all = optionsOf(one);
  const value = held(surface.key, block.block_id, one);
  const now = (many ? value : [value]).filter(Boolean);
  const known = new Map(
    [...now.map((option) => ({ id: option.value, label: unescapeText(option.text.text), option })), ...all].map(
      (choice) => [choice.id, choice],
    ),
  );
  const seek = one.type.endsWith("external_select")
    ? async (words) => {
        const found = optionsOf(await surface.suggest(block, one, words));
        found.forEach((choice) => known.set(choice.id, choice));
        return found;
      }
    : undefined;
  return choice(one, block, surface, of, {
    many,
    seek,
    options: () => (seek ? [...known.values()] : all),
    ids: () => {
      const held_ = held(surface.key, block.block_id, one);
      return (many ? held_ : [held_]).filter(Boolean).map((option) => option.value);
    },
    pick: (ids) =>
      choose(one, block, surface, many ? ids.map((id) => known.get(id).option) : (known.get(ids[0])?.option ?? null)),
  });
}

/** Draw a select whose values are people, channels or conversations. */
function placeSelect(one, block, surface, of) {
  const many = one.type.startsWith("multi_");
  const options = () => (one.type.includes("users") ? personOptions() : conversationOptions(one));
  const ids = () => {
    const value = held(surface.key, block.block_id, one);
    return (many ? value : [value]).filter(Boolean);
  };
  return choice(one, block, surface, of, {
    many,
    options,
    ids,
    pick: (chosen) => choose(one, block, surface, many ? chosen : (chosen[0] ?? null)),
  });
}

function choice(one, block, surface, of, { many, options, ids, pick, seek }) {
  return picker({
    label: of.label ?? one.placeholder?.text ?? "Choose",
    placeholder: unescapeText(one.placeholder?.text ?? "Choose an option"),
    options,
    chosen: ids,
    many,
    max: one.max_selected_items,
    pick,
    seek,
    invalid: Boolean(of.error),
    hooks: hooks(one, block),
  });
}

function nativeDate(type, read, write) {
  return (one, block, surface, { error, label }) =>
    h("input", {
      type,
      class: "field date-field",
      ...hooks(one, block),
      "aria-label": label ?? one.placeholder?.text ?? "When",
      "aria-invalid": error ? "true" : null,
      title: one.timezone ? `Times are in ${one.timezone}` : null,
      value: read(held(surface.key, block.block_id, one)),
      on: { change: (event) => choose(one, block, surface, write(event.target.value)) },
    });
}

function boxes(one, block, surface) {
  const many = one.type === "checkboxes";
  const value = held(surface.key, block.block_id, one);
  const on = (option) => (many ? value.some((other) => other.value === option.value) : value?.value === option.value);
  const flip = (option) => {
    if (!many) return choose(one, block, surface, option);
    const now = held(surface.key, block.block_id, one);
    const left = now.filter((other) => other.value !== option.value);
    return choose(
      one,
      block,
      surface,
      left.length < now.length
        ? left
        : one.options.filter((other) => other.value === option.value || now.some((was) => was.value === other.value)),
    );
  };
  return h(
    "div",
    { class: "boxes", role: many ? "group" : "radiogroup", ...hooks(one, block) },
    one.options.map((option) =>
      box(option, {
        many,
        on: on(option),
        flip,
        name: `${surface.key} ${block.block_id} ${one.action_id}`,
        context: surface.context,
      }),
    ),
  );
}

function box(option, { many, on, flip, name, context }) {
  return h(
    "label",
    { key: option.value, class: "box" },
    h("input", {
      type: many ? "checkbox" : "radio",
      name,
      "data-value": option.value,
      checked: on,
      controlled: true,
      on: { change: () => flip(option) },
    }),
    h("span", {}, context.text(option.text), option.description && h("small", {}, context.text(option.description))),
  );
}

/** How each kind of field is drawn. */
export const FIELDS = {
  plain_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  static_select: optionSelect,
  multi_static_select: optionSelect,
  external_select: optionSelect,
  multi_external_select: optionSelect,
  users_select: placeSelect,
  multi_users_select: placeSelect,
  conversations_select: placeSelect,
  multi_conversations_select: placeSelect,
  channels_select: placeSelect,
  multi_channels_select: placeSelect,
  datepicker: nativeDate(
    "date",
    (value) => value ?? "",
    (value) => value || null,
  ),
  timepicker: nativeDate(
    "time",
    (value) => value ?? "",
    (value) => value || null,
  ),
  datetimepicker: nativeDate(
    "datetime-local",
    (value) => (value ? minuteOf(value) : ""),
    (value) => (value ? momentOf(value) : null),
  ),
  checkboxes: boxes,
  radio_buttons: boxes,
};
