// A field that people write in: it grows with its lines, and Enter is the end of writing.

/**
 * Makes a field as high as its text, where the style sheet cannot (`field-sizing`).
 * @param {HTMLTextAreaElement} field
 */
export function fit(field) {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

/**
 * Whether a key ends the writing. Enter while an input method composes chooses a word; Safari
 * tells it only by keyCode 229.
 * @param {KeyboardEvent} event
 */
export function ends({ key, shiftKey, isComposing, keyCode }) {
  return key === "Enter" && !shiftKey && !isComposing && keyCode !== 229;
}
