// The rich_text block: text that its author's client has parsed. It knows sections, lists, quotes and code, and the
// elements inside them; references are drawn exactly as mrkdwn draws them.

import { both, fill } from "./dates.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelMention, link, userMention } from "./mrkdwn.js";

/** Draw a rich_text block. */
export function richText(block, context) {
  return (block.elements ?? []).map((part, n) =>
    h("div", { key: `p${n}`, class: "rich-part" }, PARTS[part.type]?.(part, context)),
  );
}

const PARTS = {
  rich_text_section: (part, context) => pieces(part, context),
  rich_text_quote: (part, context) => h("blockquote", {}, pieces(part, context)),
  rich_text_preformatted: (part, context) => h("pre", { class: "code-block" }, pieces(part, context)),
  rich_text_list: list,
};

function list(part, context) {
  const items = part.elements.map((item, n) => h("li", { key: `i${n}` }, pieces(item, context)));
  const style = { marginLeft: `${(part.indent ?? 0) * 22}px` };
  return part.style === "ordered"
    ? h("ol", { style, start: String((part.offset ?? 0) + 1) }, items)
    : h("ul", { style }, items);
}

const pieces = (part, context) =>
  (part.elements ?? []).map((one) => styled(PIECES[one.type]?.(one, context) ?? one.text ?? "", one.style));

const PIECES = {
  text: (one) =>
    String(one.text)
      .split("\n")
      .flatMap((line, n) => [n ? h("br") : null, line]),
  link: (one) => link(one.url, one.text || one.url) ?? one.text ?? one.url,
  user: (one, context) => userMention(one.user_id, "", context),
  channel: (one, context) => channelMention(one.channel_id, "", context),
  usergroup: (one, context) => h("span", { class: "mention" }, `@${context.groupName(one.usergroup_id) ?? "group"}`),
  broadcast: (one) => h("span", { class: "mention broadcast" }, `@${one.range}`),
  emoji: (one) => h("span", { class: "emoji" }, emoji(one.name) ?? `:${one.name}:`),
  color: (one) => h("code", {}, one.value),
  date: (one, context) =>
    h(
      "time",
      { class: "date", title: both(one.timestamp) },
      fill(one.format, String(one.timestamp), context.now) ?? one.fallback ?? "",
    ),
};

function styled(content, style) {
  let node = content;
  if (style?.code) node = h("code", {}, node);
  if (style?.strike) node = h("s", {}, node);
  if (style?.italic) node = h("em", {}, node);
  if (style?.bold) node = h("strong", {}, node);
  return node;
}
