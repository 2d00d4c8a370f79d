// Tries a regular expression on rows of text, off the page's own thread (wire-search.js).

addEventListener("message", ({ data: { source, rows } }) => {
  const expression = new RegExp(source, "i");
  postMessage(rows.filter(([, text]) => expression.test(text)).map(([n]) => n));
});
