// Draws a tree of plain descriptions into the document, changing only what differs, so that focus, scroll and typed
// text survive every live update. It knows elements and attributes and nothing of the workspace. Text always becomes
// a text node: there is no way through this module for a string to become markup.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "rect", "line", "polyline"]);

/** Describe an element. Props: key, class, on {event: handler}, style {}, text attributes; `value` is an initial value. */
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, key: props?.key, children: flat(children) };
}

function flat(children) {
  const out = [];
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === true || child === "") continue;
    if (typeof child === "object") out.push(child);
    else if (typeof out.at(-1) === "string") out.push(out.pop() + String(child));
    else out.push(String(child));
  }
  return out;
}

/** Make the children of `root` look like `nodes`. */
export function draw(root, nodes) {
  const after = [];
  reconcile(root, root._drawn ?? [], flat([nodes]), after);
  for (const hook of after) hook();
}

/** What makes a node the same as one drawn before: its key, or else its tag and the first word of its class. */
function identity(node) {
  if (typeof node === "string") return "#text";
  return `${node.tag}|${node.key ?? `.${node.props.class?.split(" ", 1)[0]}`}`;
}

function reconcile(parent, old, fresh, after) {
  const pool = new Map();
  for (const entry of old) {
    const id = identity(entry.node);
    if (!pool.has(id)) pool.set(id, []);
    pool.get(id).push(entry);
  }
  const drawn = fresh.map((node) => ({ node, was: pool.get(identity(node))?.shift() }));
  for (const left of pool.values()) for (const entry of left) remove(entry);
  let cursor = parent.firstChild;
  for (const entry of drawn) {
    entry.el = entry.was ? update(entry.was, entry.node, after) : create(entry.node, after);
    if (entry.el === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(entry.el, cursor);
    delete entry.was;
  }
  parent._drawn = drawn;
}

function remove(entry) {
  entry.node.props?.removed?.(entry.el);
  entry.el.remove();
}

function create(node, after) {
  if (typeof node === "string") return document.createTextNode(node);
  const el = SVG_TAGS.has(node.tag) ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  el._heard = {};
  setProps(el, {}, node.props);
  if (node.props.value !== undefined) el.value = node.props.value;
  if (node.props.checked !== undefined) el.checked = node.props.checked;
  reconcile(el, [], node.children, after);
  if (node.props.created) after.push(() => node.props.created(el));
  return el;
}

function update(entry, node, after) {
  if (typeof node === "string") {
    if (entry.el.data !== node) entry.el.data = node;
    return entry.el;
  }
  if (entry.node !== node) {
    setProps(entry.el, entry.node.props, node.props);
    reconcile(entry.el, entry.el._drawn ?? [], node.children, after);
  }
  if (node.props.updated) after.push(() => node.props.updated(entry.el));
  return entry.el;
}

const NOT_ATTRIBUTES = new Set(["key", "on", "created", "updated", "removed", "value", "checked", "controlled"]);

function setProps(el, old, fresh) {
  for (const name of Object.keys(old)) {
    if (!(name in fresh) && !NOT_ATTRIBUTES.has(name)) el.removeAttribute(name === "class" ? "class" : name);
  }
  for (const [name, value] of Object.entries(fresh)) {
    if (NOT_ATTRIBUTES.has(name) || old[name] === value) continue;
    if (name === "style") Object.assign(el.style, value);
    else if (value === null || value === undefined || value === false) el.removeAttribute(name);
    else el.setAttribute(name, value === true ? "" : String(value));
  }
  if (fresh.controlled) control(el, fresh);
  listen(el, fresh.on ?? {});
}

/** A controlled checkbox or radio shows what the state says, whatever was clicked. */
function control(el, props) {
  if (props.checked !== undefined && el.checked !== props.checked) el.checked = props.checked;
}

function listen(el, handlers) {
  for (const type of Object.keys(handlers)) {
    if (!(type in el._heard)) el.addEventListener(type, dispatch);
  }
  const silenced = Object.keys(el._heard).map((type) => [type, undefined]);
  el._heard = { ...Object.fromEntries(silenced), ...handlers };
}

function dispatch(event) {
  event.currentTarget._heard[event.type]?.(event);
}

/** Put the words of a value into a class attribute, leaving out what is false. */
export const cls = (...names) => names.filter(Boolean).join(" ");
