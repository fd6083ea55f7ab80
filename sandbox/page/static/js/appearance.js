// Light or dark: as the machine says, until one chooses otherwise. The choice is kept in the browser.

import { h } from "./dom.js";
import { changed } from "./state.js";

const KEY = "appearance";
const machine = window.matchMedia("(prefers-color-scheme: dark)");
machine.addEventListener("change", changed);

const isDark = () => (localStorage.getItem(KEY) ?? (machine.matches ? "dark" : "light")) === "dark";

function apply() {
  document.documentElement.style.colorScheme = localStorage.getItem(KEY) ?? "";
}

/** Draw the button that changes between light and dark. */
export function appearanceToggle() {
  const other = isDark() ? "light" : "dark";
  const change = () => {
    localStorage.setItem(KEY, other);
    apply();
    changed();
  };
  return h(
    "button",
    { type: "button", class: "wire-toggle", "data-testid": "appearance", on: { click: change } },
    other === "dark" ? "Dark" : "Light",
  );
}

apply();
