/** The part of a key that two people compare by voice. Pure. */

const DIGITS = 8

/** Whether what somebody heard is how this key begins; spaces and capitals do not count. */
export function isHeard(heard: string, key: string): boolean {
  return digitsOf(heard) === key.replace(/^sha256:/, '').slice(0, DIGITS)
}

/** Whether all eight digits are there, right or wrong. */
export function isWhole(heard: string): boolean {
  return digitsOf(heard).length >= DIGITS
}

function digitsOf(heard: string): string {
  return heard.replace(/[\s-]/g, '').toLowerCase()
}
