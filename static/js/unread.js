// A hidden tab counts in its title what its reader has not seen.

const title = document.title;
let count = 0;

function show(next) {
  count = next;
  document.title = count ? `(${count}) ${title}` : title;
}

/** One more message has come. */
export function countUnread() {
  if (document.visibilityState === "hidden") show(count + 1);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") show(0);
});
