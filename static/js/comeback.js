// The network came back, or the reader did: that is the moment to connect, not the end of a wait.

/**
 * @param {import("./connection.js").Connection} connection
 */
export function hurryOnReturn(connection) {
  let suspect = false;
  const returned = () => document.visibilityState === "visible" && connection.hurry();
  addEventListener("offline", () => {
    suspect = true;
  });
  addEventListener("online", () => {
    // A socket that lived through the loss of its network often looks open and is not.
    if (suspect) connection.renew();
    suspect = false;
    connection.hurry();
  });
  addEventListener("pageshow", returned);
  document.addEventListener("visibilitychange", returned);
}
