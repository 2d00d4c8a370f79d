// Numbers as people read them.

/** "1,532" @param {number} number */
export function numbers(number) {
  return number.toLocaleString("en");
}

/** "812–931", or "812" @param {number} first @param {number} last */
export function range(first, last) {
  return first === last ? numbers(first) : `${numbers(first)}–${numbers(last)}`;
}

/** "Messages 812 to 931 are" @param {number} first @param {number} last */
export function messages(first, last) {
  if (first === last) return `Message ${numbers(first)} is`;
  return `Messages ${numbers(first)} to ${numbers(last)} are`;
}
