// Block Kit as elements of the page: the blocks, and the places of their interactive elements. An unknown block is shown
// by name instead of vanishing.

import { button, element } from "./elements.js";
import { cls, h } from "./dom.js";
import { held } from "./forms.js";
import { inline, mrkdwn, plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** Draw a list of blocks. `surface` is what holds them: {key, kind, context, press, errors}. */
export function blocks(list, surface) {
  return (list ?? []).map((block, index) => {
    const draw = KINDS[block.type] ?? unknown;
    return h(
      "div",
      { key: block.block_id || `block-${index}`, class: `block block-${block.type}`, "data-block-id": block.block_id },
      draw(block, surface),
    );
  });
}

const KINDS = {
  header: (block) => h("div", { class: "block-heading", role: "heading", "aria-level": "3" }, plain(block.text.text)),
  divider: () => h("hr"),
  section,
  context,
  actions,
  input,
  image,
  rich_text: (block, surface) => richText(block, surface.context),
  markdown: (block, surface) => mrkdwn(fromMarkdown(block.text), surface.context),
  table,
};

const unknown = (block) => h("p", { class: "block-unknown" }, `This page does not draw “${block.type}” blocks.`);

function section(block, surface) {
  const { context } = surface;
  return [
    h(
      "div",
      { class: "section-body" },
      block.text && h("div", { class: "section-text" }, textObject(block.text, context)),
      block.fields &&
        h(
          "div",
          { class: "section-fields" },
          block.fields.map((field, n) =>
            h("div", { key: `f${n}`, class: "section-field" }, textObject(field, context)),
          ),
        ),
    ),
    block.accessory && h("div", { class: `section-accessory of-${block.accessory.type}` }, accessory(block, surface)),
  ];
}

function accessory(block, surface) {
  return block.accessory.type === "image"
    ? picture(block.accessory, "accessory-image")
    : element(block.accessory, block, surface);
}

function context(block, surface) {
  return h(
    "div",
    { class: "context-row" },
    block.elements.map((one, n) =>
      one.type === "image"
        ? picture(one, "context-image", n)
        : h("span", { key: `c${n}`, class: "context-text" }, textObject(one, surface.context)),
    ),
  );
}

function actions(block, surface) {
  return h(
    "div",
    { class: "actions-row" },
    block.elements.map((one) => h("div", { key: one.action_id, class: "action" }, element(one, block, surface))),
  );
}

/** The id of the line that says what is wrong with an input. */
export const errorId = (surface, block) => `error-${surface.key}-${block.block_id}`.replace(/[^\w-]/g, "_");

function input(block, surface) {
  const error = surface.errors?.[block.block_id];
  const optional = Boolean(block.optional);
  return h(
    "div",
    { class: cls("input", error && "invalid"), role: "group", "aria-label": block.label.text },
    h(
      "div",
      { class: "input-label" },
      plain(block.label.text),
      optional
        ? h("span", { class: "input-optional" }, " (optional)")
        : h("span", { class: "input-required", title: "Required", "aria-hidden": "true" }, " *"),
    ),
    element(block.element, block, surface, { error, label: block.label.text }),
    h(
      "div",
      { class: "input-foot" },
      error
        ? h("p", { class: "input-error", id: errorId(surface, block), role: "alert" }, error)
        : block.hint && h("p", { class: "input-hint" }, plain(block.hint.text)),
      counter(block, surface),
    ),
  );
}

function counter({ block_id, element: field }, surface) {
  if (field.type !== "plain_text_input" || !field.max_length) return null;
  const left = field.max_length - String(held(surface.key, block_id, field) ?? "").length;
  return left <= 50 ? h("span", { class: cls("input-count", left < 0 && "over") }, String(left)) : null;
}

function image(block) {
  return h("figure", {}, block.title && h("figcaption", {}, plain(block.title.text)), picture(block, "block-picture"));
}

/** Draw an image only from this workspace's own pages; anything elsewhere is named, and never fetched. */
function picture(block, className, key) {
  const source = String(block.image_url ?? "");
  if (source.startsWith("data:image/") || source.startsWith(`${location.origin}/`))
    return h("img", { key, class: className, src: source, alt: block.alt_text ?? "" });
  return h("span", { key, class: `${className} picture-away`, title: source }, "🖼 ", block.alt_text ?? "image");
}

function table(block, surface) {
  const settings = block.column_settings ?? [];
  const cell = (tag, value, n) =>
    h(
      tag,
      {
        key: `c${n}`,
        style: { textAlign: settings[n]?.align ?? "left", whiteSpace: settings[n]?.is_wrapped ? "normal" : null },
      },
      cellText(value, surface),
    );
  const [head, ...body] = block.rows;
  return h(
    "div",
    { class: "table-scroll", role: "region", "aria-label": "Table", tabindex: "0" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((value, n) => cell("th", value, n)),
        ),
      ),
      h(
        "tbody",
        {},
        body.map((row, r) =>
          h(
            "tr",
            { key: `r${r}` },
            row.map((value, n) => cell("td", value, n)),
          ),
        ),
      ),
    ),
  );
}

const cellText = (value, surface) =>
  value?.type === "rich_text" ? richText(value, surface.context) : plain(value?.text ?? "", false);

/** Bring the common forms of Markdown to mrkdwn, so that one drawer serves both. */
function fromMarkdown(text) {
  return text
    .replace(/^#{1,6}\s+(.+)$/gm, "*$1*")
    .replace(/\*\*(.+?)\*\*/g, "*$1*")
    .replace(/~~(.+?)~~/g, "~$1~")
    .replace(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>");
}

/** Draw the old-style attachments of a message: a coloured edge with text or blocks. */
export function attachments(list, surface) {
  return (list ?? []).map((one, n) =>
    h(
      "div",
      {
        key: `a${n}`,
        class: "attachment",
        style: { borderColor: /^#?[0-9a-f]{6}$/i.test(one.color ?? "") ? `#${one.color.replace("#", "")}` : null },
      },
      one.pretext && h("div", {}, mrkdwn(one.pretext, surface.context)),
      one.title && h("div", { class: "attachment-title" }, inline(one.title, surface.context)),
      one.blocks ? blocks(one.blocks, surface) : mrkdwn(one.text ?? one.fallback ?? "", surface.context),
      one.fields?.length > 0 &&
        h(
          "div",
          { class: "section-fields" },
          one.fields.map((field, f) =>
            h(
              "div",
              { key: `f${f}`, class: "section-field" },
              h("strong", {}, field.title),
              h("br"),
              mrkdwn(field.value, surface.context),
            ),
          ),
        ),
      one.actions?.map((act) => button({ ...act, text: { text: act.text } }, { block_id: `a${n}` }, surface)),
    ),
  );
}
