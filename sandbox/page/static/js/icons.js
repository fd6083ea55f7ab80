// The page's own line drawings, on a grid of 20 by 20. It knows shapes only; colour and size come from the style sheet.

import { h } from "./dom.js";

const PATHS = {
  hash: "M8 3 6.5 17M13.5 3 12 17M4 7.5h13M3 12.5h13",
  lock: "M5.5 9h9v7.5h-9zM7.5 9V6.5a2.5 2.5 0 0 1 5 0V9",
  chevron: "m6 8 4 4 4-4",
  right: "m8 6 4 4-4 4",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  close: "m5.5 5.5 9 9m0-9-9 9",
  smile: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0ZM7.6 7.8v.8M12.4 7.8v.8M6.8 11.8c1.6 2.5 4.8 2.5 6.4 0",
  pin: "M12 3.5 16.5 8l-2 .8-3 3-.4 3.2L5 8.9l3.2-.4 3-3zM8 12l-4 4",
  reply: "M3.5 5.5h13v8H9l-3.5 3v-3h-2z",
  more: "M4.5 9.5v1M10 9.5v1M15.5 9.5v1",
  bolt: "M11 2.5 4.5 11.5H9l-.5 6 6.5-9h-4.5z",
  send: "m3.5 4 13 6-13 6 2-6zM5.5 10h5",
  users:
    "M7.5 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM2.5 16.5c0-3 2-5 5-5s5 2 5 5M13 9a2.3 2.3 0 0 0 0-4.6M14.5 11.8c2 .5 3.2 2.2 3.2 4.7",
  wire: "M2.5 10h3.5l2-5.5 4 11 2-5.5h3.5",
  home: "m3.5 9.5 6.5-6 6.5 6M5.5 8.5v8h9v-8M8.5 16.5v-4.5h3v4.5",
  edit: "m4 16 .8-3.4L13.5 4l2.5 2.5-8.6 8.7zM12 5.5 14.5 8",
  bin: "M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v4.5M11.5 9v4.5",
  link: "M8.5 11.5a3 3 0 0 0 4.2 0l2.8-2.8a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-2.8 2.8a3 3 0 0 0 4.2 4.2l1-1",
  bookmark: "M6 3.5h8v13l-4-3-4 3z",
  eye: "M2.5 10c3.5-6 11.5-6 15 0-3.5 6-11.5 6-15 0ZM12.3 10a2.3 2.3 0 1 1-4.6 0 2.3 2.3 0 0 1 4.6 0Z",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  search: "M13.5 8.75a4.75 4.75 0 1 1-9.5 0 4.75 4.75 0 0 1 9.5 0ZM12.5 12.5l4 4",
  plus: "M10 4.5v11M4.5 10h11",
  down: "M10 4v11m-4.5-4.5L10 15l4.5-4.5",
  file: "M5 3h6.5L15 6.5V17H5zM11.5 3v3.5H15",
};

/** Draw one icon by name; it is decoration and hidden from screen readers. */
export function icon(name, className = "") {
  return h(
    "svg",
    { class: `icon ${className}`, viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    h("path", { d: PATHS[name] }),
  );
}
