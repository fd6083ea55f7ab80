// From typed text to what Slack stores, and back. `@name` and `#channel` become references when they exist; all else is
// escaped, so that no one can type markup.

import { channel, person, ui } from "./state.js";
import { escapeText, unescapeText } from "./mrkdwn.js";

const BROADCASTS = new Set(["here", "channel", "everyone"]);

/** Write typed text the way Slack stores a message. */
export function written(text) {
  return references(escapeText(text), true).replace(/(^|[\s(])(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"])/g, "$1<$2>");
}

/** Write typed text the way Slack hands it to a slash command: names are references, all else is escaped. */
export const commanded = (text) => references(escapeText(text), false);

function references(text, broadcasts) {
  return text.replace(/(^|[\s(,;:])([@#])([\p{L}\p{N}._-]*[\p{L}\p{N}_-])/gu, (whole, before, sign, name) => {
    const reference = sign === "@" ? personNamed(name, broadcasts) : channelNamed(name);
    return reference ? before + reference : whole;
  });
}

function personNamed(name, broadcasts) {
  if (broadcasts && BROADCASTS.has(name)) return `<!${name}>`;
  const found = ui.snap.people.find((one) => one.name === name);
  if (found) return `<@${found.id}>`;
  const group = ui.snap.usergroups.find((one) => one.handle === name);
  return group && `<!subteam^${group.id}|@${group.handle}>`;
}

function channelNamed(name) {
  const found = ui.snap.channels.find((one) => one.name === name);
  return found && `<#${found.id}|${found.is_private ? "" : found.name}>`;
}

/** Write a stored message the way a person would have typed it. */
export function readable(text) {
  const plain = text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${person(id)?.name ?? id}`)
    .replace(/<#(\w+)(?:\|[^>]*)?>/g, (_, id) => `#${channel(id)?.name ?? id}`)
    .replace(/<!subteam\^\w+\|([^>]*)>/g, "$1")
    .replace(/<!(\w+)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<([^>|]+)(?:\|[^>]*)?>/g, "$1");
  return unescapeText(plain);
}
