// Avatars: initials on a person's colour, drawn by the style sheet so that they are no part of a name. Knows no pictures and fetches none.

import { cls, h } from "./dom.js";
import { shown } from "./emoji.js";

const HUES = [212, 162, 268, 18, 338, 190, 42, 292, 128, 232, 4, 84];

/** A colour that stays the same for the same person. */
export function hueOf(id) {
  let sum = 7;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  return HUES[sum % HUES.length];
}

const initials = (name) =>
  name
    .split(/[\s._-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0].toUpperCase())
    .join("");

/** Draw a person's avatar; an app may have an emoji. */
export function avatar(one, size = "", face = null) {
  const name = one?.real_name || one?.name || "?";
  const hue = hueOf(one?.id ?? name);
  const background = one?.is_bot ? null : `linear-gradient(145deg, hsl(${hue} 52% 52%), hsl(${hue} 58% 40%))`;
  return h(
    "span",
    {
      class: cls("avatar", size, one?.is_bot && "bot"),
      style: { background },
      "aria-hidden": "true",
      "data-letters": face ? null : initials(name),
    },
    face && shown(face.replaceAll(":", "")),
  );
}
