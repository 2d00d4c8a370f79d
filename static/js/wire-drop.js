// A file that is dropped anywhere on the page. A browser would leave the page for it.

/** @param {(file: File | undefined) => void} dropped */
export function enableDrops(dropped) {
  const expect = (expected) => document.body.toggleAttribute("data-drop", expected);
  document.addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    expect(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget ?? expect(false));
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    expect(false);
    dropped(event.dataTransfer.files[0]);
  });
}

function carriesFile({ dataTransfer }) {
  return dataTransfer?.types.includes("Files");
}
