// Times as people read them: in the zone of the person one is, with UTC beside it. It knows Slack's date tokens. "Today" is
// the workspace's today, which a replay may have set to another day than the machine's.

let zone; // the browser's, until a person is known
let formats = new Map();

/** Show times in this zone from now on. */
export function useZone(name) {
  if (name === zone) return;
  zone = name;
  formats = new Map();
}

const OPTIONS = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  both: { dateStyle: "full", timeStyle: "medium", hourCycle: "h23" },
  utc: { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC", hourCycle: "h23" },
  day: { year: "numeric", month: "2-digit", day: "2-digit" },
  month: { month: "long" },
  shortMonth: { month: "short" },
  weekday: { weekday: "long" },
};

function say(name, date) {
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...OPTIONS[name] }));
  return formats.get(name).format(date);
}

const at = (seconds) => new Date(Number(seconds) * 1000);

/** The time of day, such as 16:30. */
export const clock = (seconds) => say("time", at(seconds));

/** Both readings of one moment, for a tooltip. */
export const both = (seconds) => `${say("both", at(seconds))}\n${say("utc", at(seconds))} UTC`;

/** The time of day to the second, for the log of the wire. */
export const precise = (seconds) => say("seconds", at(seconds));

/** A text that is equal for all moments of one day. */
export const dayOf = (seconds) => say("day", at(seconds));

/** The year, month and day of a moment as texts. */
const ymd = (date) => say("day", date).split("/").reverse();

/** A moment as a date and a time are typed: 2026-06-09T03:52. */
export const minuteOf = (seconds) => `${ymd(at(seconds)).join("-")}T${clock(seconds)}`;

/** The moment of a typed date and time, in seconds; where clocks are put back, the earlier one. */
export function momentOf(typed) {
  const wanted = Date.parse(`${typed}Z`) / 1000;
  const shifts = [-86400, 86400].map((near) => shiftAt(wanted + near));
  const fits = shifts.map((shift) => wanted - shift).filter((seconds) => minuteOf(seconds) === typed.slice(0, 16));
  return fits.length ? Math.min(...fits) : wanted - shifts[0];
}

/** Seconds by which the zone is ahead of UTC at a moment. */
const shiftAt = (seconds) => Date.parse(`${minuteOf(seconds)}Z`) / 1000 - Math.floor(seconds / 60) * 60;

function ordinal(day) {
  if (day % 100 >= 11 && day % 100 <= 13) return `${day}th`;
  return `${day}${["th", "st", "nd", "rd"][day % 10] ?? "th"}`;
}

const dayNumber = (date) => Number(ymd(date)[2]);
const dateLong = (date) => `${say("month", date)} ${ordinal(dayNumber(date))}, ${ymd(date)[0]}`;
const dateShort = (date) => `${say("shortMonth", date).slice(0, 3)} ${dayNumber(date)}, ${ymd(date)[0]}`;

function pretty(seconds, now, otherwise) {
  const names = { [-1]: "yesterday", 0: "today", 1: "tomorrow" };
  for (const [shift, name] of Object.entries(names)) {
    if (dayOf(seconds) === dayOf(Number(now) + Number(shift) * 86400)) return name;
  }
  return otherwise;
}

/** The name of a day as a divider between messages. */
export function dayName(seconds, now) {
  const date = at(seconds);
  const name = pretty(seconds, now, `${say("weekday", date)}, ${say("month", date)} ${ordinal(dayNumber(date))}`);
  return name[0].toUpperCase() + name.slice(1);
}

/** How long ago, or in how long, in words. */
export function ago(seconds, now) {
  const gap = Number(now) - Number(seconds);
  const size = Math.abs(gap);
  const [count, unit] =
    size < 60
      ? [Math.round(size), "second"]
      : size < 3600
        ? [Math.round(size / 60), "minute"]
        : size < 86400
          ? [Math.round(size / 3600), "hour"]
          : [Math.round(size / 86400), "day"];
  if (unit === "second" && count < 10) return gap < 0 ? "in a moment" : "just now";
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return gap < 0 ? `in ${words}` : `${words} ago`;
}

const TOKENS = {
  date_num: (s) => ymd(at(s)).join("-"),
  date: (s) => dateLong(at(s)),
  date_short: (s) => dateShort(at(s)),
  date_long: (s) => `${say("weekday", at(s))}, ${dateLong(at(s))}`,
  date_pretty: (s, now) => pretty(s, now, dateLong(at(s))),
  date_short_pretty: (s, now) => pretty(s, now, dateShort(at(s))),
  date_long_pretty: (s, now) => pretty(s, now, `${say("weekday", at(s))}, ${dateLong(at(s))}`),
  day_divider_pretty: (s, now) => pretty(s, now, `${say("weekday", at(s))}, ${dateLong(at(s))}`),
  time: (s) => clock(s),
  time_secs: (s) => precise(s),
  ago: (s, now) => ago(s, now),
};

/** Fill the tokens of Slack's date markup; an unknown token makes the whole nothing, so that the fallback shows. */
export function fill(template, seconds, now) {
  if (!/^-?\d+(\.\d+)?$/.test(seconds)) return undefined;
  let known = true;
  const words = template.replace(/\{(\w+)\}/g, (whole, name) => {
    if (!TOKENS[name]) known = false;
    return TOKENS[name]?.(seconds, now) ?? whole;
  });
  return known ? words : undefined;
}
