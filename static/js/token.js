// Keys and secrets come from getRandomValues: randomUUID is withheld over plain http on a LAN.

/**
 * Random bytes as base64url, fit for a URL and for a key.
 * @param {number} bytes
 */
export function token(bytes) {
  const raw = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...raw))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
