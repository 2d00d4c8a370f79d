// A conversation reads in runs and days: one author's run shows the name once, a new day shows
// its date once. Times only decide how rows look, never their order; the order is the log's.

const RUN = 5 * 60_000;
const DAY = { weekday: "long", day: "numeric", month: "long" };

/**
 * Whether a message opens a new run, that is, shows its author again.
 * @param {{from: {id: string, name: string}, at: string} | null} previous
 * @param {{from: {id: string, name: string}, at: string}} next
 */
export function startsRun(previous, next) {
  if (!previous || previous.from.id !== next.from.id) return true;
  if (previous.from.name !== next.from.name || dayOf(previous.at) !== dayOf(next.at)) return true;
  return Math.abs(Date.parse(next.at) - Date.parse(previous.at)) > RUN;
}

/**
 * The day of a moment, where the reader is: "2026-11-23".
 * @param {string | number | Date} at
 */
export function dayOf(at) {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * What a day line says.
 * @param {string} day as dayOf() makes it
 * @param {Date} now
 */
export function dayName(day, now) {
  if (day === dayOf(now)) return "Today";
  if (day === dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) {
    return "Yesterday";
  }
  const [year, month, date] = day.split("-").map(Number);
  const form = year === now.getFullYear() ? DAY : { ...DAY, year: "numeric" };
  return new Intl.DateTimeFormat("en-GB", form).format(new Date(year, month - 1, date));
}

/** "14:03" @param {string | number | Date} at */
export function clock(at) {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** "14:03:10" @param {string | number | Date} at */
export function clockSeconds(at) {
  return `${clock(at)}:${two(new Date(at).getSeconds())}`;
}

/** "14:03:10.042" @param {string | number | Date} at */
export function clockMillis(at) {
  return `${clockSeconds(at)}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;
}

function two(number) {
  return String(number).padStart(2, "0");
}
