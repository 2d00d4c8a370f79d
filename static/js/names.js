// Nobody should have to think of a name before the first word: a friendly one is suggested.

const MANNERS = `
  Amber Brave Bright Calm Candid Cheerful Clever Curious Daring Eager Early Fair Gentle Glad
  Golden Handy Happy Hidden Honest Humble Jolly Keen Kind Late Lively Lucky Mellow Merry Mild
  Nimble Patient Plucky Polite Proud Quick Quiet Rapid Ready Silver Sleepy Steady Sunny Swift
  Tidy Tiny Warm Wise Witty
`;
const ANIMALS = `
  Badger Bear Beaver Bison Crane Cricket Curlew Deer Dolphin Dormouse Eagle Egret Falcon
  Ferret Finch Fox Gecko Hare Hawk Hedgehog Heron Ibis Jackdaw Kestrel Koala Lark Lemur Lynx
  Magpie Marten Mole Moose Newt Ocelot Oriole Otter Owl Panda Pelican Pika Plover Puffin Quail
  Rabbit Raven Robin Seal Shrew Sparrow Starling Stoat Stork Swan Tapir Tern Thrush Toad Vole
  Walrus Wombat Wren
`;

/**
 * A name such as "Quiet Otter".
 * @param {() => number} random a number in [0, 1)
 */
export function suggestion(random) {
  return `${pick(MANNERS, random)} ${pick(ANIMALS, random)}`;
}

/**
 * A name as it will be shown: one line, single spaces, not longer than the room allows.
 * @param {string} typed
 * @param {number} longest
 */
export function tidy(typed, longest) {
  return [...typed.replace(/\s+/g, " ").trim()].slice(0, longest).join("").trim();
}

function pick(words, random) {
  const list = words.trim().split(/\s+/);
  return list[Math.floor(random() * list.length)];
}
