// Times as people read them: in the browser's zone, with UTC beside it. It knows Slack's date tokens. "Today" is the
// workspace's today, which a replay may have set to another day than the machine's.

const format = (options) => new Intl.DateTimeFormat("en-GB", options);
const TIME = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const UTC = format({ dateStyle: "medium", timeStyle: "medium", timeZone: "UTC", hourCycle: "h23" });
const LOCAL = format({ dateStyle: "full", timeStyle: "medium", hourCycle: "h23" });
const PARTS = format({ year: "numeric", month: "2-digit", day: "2-digit" });
const MONTH = format({ month: "long" });
const SHORT_MONTH = format({ month: "short" });
const WEEKDAY = format({ weekday: "long" });

const at = (seconds) => new Date(Number(seconds) * 1000);

/** The time of day, such as 16:30. */
export const clock = (seconds) => TIME.format(at(seconds));

/** Both readings of one moment, for a tooltip. */
export const both = (seconds) => `${LOCAL.format(at(seconds))}\n${UTC.format(at(seconds))} UTC`;

/** The time of day to the second, for the log of the wire. */
export const precise = (seconds) => SECONDS.format(at(seconds));

/** A text that is equal for all moments of one local day. */
export const dayOf = (seconds) => PARTS.format(at(seconds));

function ordinal(day) {
  if (day % 100 >= 11 && day % 100 <= 13) return `${day}th`;
  return `${day}${["th", "st", "nd", "rd"][day % 10] ?? "th"}`;
}

const dateLong = (date) => `${MONTH.format(date)} ${ordinal(date.getDate())}, ${date.getFullYear()}`;
const dateShort = (date) => `${SHORT_MONTH.format(date).slice(0, 3)} ${date.getDate()}, ${date.getFullYear()}`;

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
  const name = pretty(seconds, now, `${WEEKDAY.format(date)}, ${MONTH.format(date)} ${ordinal(date.getDate())}`);
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
  date_num: (s) => {
    const d = at(s);
    return [d.getFullYear(), d.getMonth() + 1, d.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  },
  date: (s) => dateLong(at(s)),
  date_short: (s) => dateShort(at(s)),
  date_long: (s) => `${WEEKDAY.format(at(s))}, ${dateLong(at(s))}`,
  date_pretty: (s, now) => pretty(s, now, dateLong(at(s))),
  date_short_pretty: (s, now) => pretty(s, now, dateShort(at(s))),
  date_long_pretty: (s, now) => pretty(s, now, `${WEEKDAY.format(at(s))}, ${dateLong(at(s))}`),
  day_divider_pretty: (s, now) => pretty(s, now, `${WEEKDAY.format(at(s))}, ${dateLong(at(s))}`),
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
