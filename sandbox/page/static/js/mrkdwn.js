// Slack's mrkdwn as a tree of elements. It reads text in Slack's escaped form: only `<…>` is a reference, and
// `&lt;!channel&gt;` is text that notifies no one. Unknown markup stays text.

import { both, fill } from "./dates.js";
import { cls, h } from "./dom.js";
import { emoji, isJumbo } from "./emoji.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** Undo Slack's three escapes. */
export const unescapeText = (text) => text.replace(/&lt;|&gt;|&amp;/g, (entity) => ENTITIES[entity]);

/** Apply Slack's three escapes, so that what a person typed is words. */
export const escapeText = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** Draw a text object, whichever of the two kinds it is. */
export function textObject(object, context) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, context) : plain(object.text, object.emoji !== false);
}

/** Draw plain text: only shortcodes of emoji mean something. */
export function plain(text, withEmoji = true) {
  const words = unescapeText(String(text ?? ""));
  return withEmoji
    ? words.split(/(:[\w+-]+:)/).map((part) => (/^:[\w+-]+:$/.test(part) && emojiNode(part)) || part)
    : [words];
}

/** Draw a mrkdwn text as a list of blocks and lines. */
export function mrkdwn(text, context) {
  const whole = String(text ?? "");
  const parts = whole.split(/```\n?([\s\S]+?)\n?```/);
  const nodes = parts.flatMap((part, index) =>
    index % 2
      ? [h("pre", { class: "code-block" }, codeText(part))]
      : lines(
          part.replace(/^\n|\n$/g, (at) => (parts.length > 1 ? "" : at)),
          context,
        ),
  );
  return isJumbo(whole) ? [h("span", { class: "jumbo" }, nodes)] : nodes;
}

const codeText = (text) =>
  unescapeText(text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target, label) => label ?? target));

function lines(text, context) {
  if (text === "") return [];
  const out = [];
  let quote = [];
  const flush = () => {
    if (quote.length)
      out.push(
        h(
          "blockquote",
          {},
          quote.flatMap((line, n) => [n ? h("br") : null, inline(line, context)]),
        ),
      );
    quote = [];
  };
  let fresh = true;
  for (const line of text.split("\n")) {
    const quoted = line.match(/^(?:&gt;|>)(?:&gt;&gt;|>>)? ?(.*)$/);
    if (quoted) {
      quote.push(quoted[1]);
      fresh = true;
      continue;
    }
    flush();
    const item = line.match(/^(\s*)([•◦▪\-]|\d{1,2}[.)])\s+(.*)$/);
    if (item) {
      out.push(listLine(item, context));
      fresh = true;
    } else {
      if (!fresh) out.push(h("br"));
      out.push(...(line.trim() ? inline(line, context) : [h("span", { class: "blank-line" }, "\u200b")]));
      fresh = false;
    }
  }
  flush();
  return out;
}

function listLine([, indent, bullet, rest], context) {
  const mark = bullet === "-" ? "•" : bullet;
  const depth = Math.min(Math.floor(indent.length / 2), 4);
  return h(
    "span",
    { class: "list-line", style: { marginLeft: `${depth * 20}px` } },
    h("span", { class: "bullet" }, `${mark} `),
    h("span", {}, inline(rest, context)),
  );
}

const MARKS = { "*": "strong", _: "em", "~": "s" };
const PATTERN =
  /<([^<>\n]+)>|`([^`\n]+)`|(?<![\p{L}\p{N}*_~`])([*_~])(?=[^\s])((?:<[^<>\n]*>|[^\n])*?)(?<=[^\s])\3(?![\p{L}\p{N}])|:([\w+-]+(?:::skin-tone-\d)?):|(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"])/u;

const UNMARKED = /<([^<>\n]+)>|(?!)()()()|:([\w+-]+):|(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"])/u;

/** Draw one line of mrkdwn; where Slack formats nothing, as in a topic, without its marks. */
export function inline(text, context, marks = true) {
  const pattern = marks ? PATTERN : UNMARKED;
  const out = [];
  let rest = text;
  for (let match = pattern.exec(rest); match; match = pattern.exec(rest)) {
    out.push(unescapeText(rest.slice(0, match.index)));
    out.push(piece(match, context));
    rest = rest.slice(match.index + match[0].length);
  }
  out.push(unescapeText(rest));
  return out;
}

function piece([whole, reference, code, mark, marked, shortcode, url], context) {
  if (reference !== undefined) return refer(reference, context) ?? unescapeText(whole);
  if (code !== undefined) return h("code", {}, codeText(code));
  if (mark && marked && marked !== mark) return h(MARKS[mark], {}, inline(marked, context));
  if (shortcode) return emojiNode(whole) ?? whole;
  if (url) return link(unescapeText(url), unescapeText(url)) ?? unescapeText(whole);
  return unescapeText(whole);
}

function refer(body, context) {
  const [target, ...labels] = body.split("|");
  const label = labels.join("|");
  if (/^@[UW][A-Z0-9]+$/.test(target)) return userMention(target.slice(1), label, context);
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return channelMention(target.slice(1), label, context);
  if (target.startsWith("!date^")) return dateMark(target, label, context);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, unescapeText(label || "@group"));
  if (/^!(here|channel|everyone)$/.test(target))
    return h("span", { class: "mention broadcast" }, `@${target.slice(1)}`);
  return link(unescapeText(target), unescapeText(label || target.replace(/^mailto:/, "")), label, context);
}

/** Draw the name of a person as a mention. */
export function userMention(id, label, context) {
  const name = context.userName(id) ?? (label || id);
  return h("span", { class: cls("mention", id === context.me && "mine"), "data-user": id }, `@${unescapeText(name)}`);
}

/** Draw the name of a channel as a way to go there; one that this person cannot see is a lock. */
export function channelMention(id, label, context) {
  const name = context.channelName(id) ?? label;
  if (!name) return h("span", { class: "mention" }, "🔒 private channel");
  if (!context.channelName(id)) return h("span", { class: "mention" }, `#${unescapeText(name)}`);
  return h(
    "button",
    { type: "button", class: "mention elsewhere", on: { click: () => context.go(id) } },
    `#${unescapeText(name)}`,
  );
}

function dateMark(target, label, context) {
  const [, seconds, template, href] = target.split("^");
  const words = fill(unescapeText(template ?? ""), seconds, context.now) ?? unescapeText(label);
  const node = h("time", { class: "date", title: /^\d+$/.test(seconds) ? both(seconds) : null }, words);
  return href ? (link(unescapeText(href), node) ?? node) : node;
}

/** Draw a link to the web or to a mail address; any other scheme is no link. */
export function link(target, label, styled, context) {
  if (!/^(https?:\/\/|mailto:)/i.test(target)) return undefined;
  const words = styled && context ? inline(styled, context) : label;
  return h("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, words);
}

function emojiNode(shortcode) {
  const char = emoji(shortcode);
  return (
    char &&
    h(
      "span",
      { class: "emoji", title: shortcode, role: "img", "aria-label": shortcode.replace(/[:_]/g, " ").trim() },
      char,
    )
  );
}
