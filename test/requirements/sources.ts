/** The five articles the promises were read from, by the short titles the promises cite. */

export const GOVERNING = 'governing AI-assisted actions'
export const RISK = 'when assistance becomes a governance risk'
export const SPEED = 'speed without losing human oversight'
export const STRONGER = 'stronger governance than scripted automation'
export const OWNERSHIP = 'who owns the decision'

/** Source to promise id to the promise itself. The text is the agreement: it is pinned by digest. */
export type PromiseTexts = Readonly<Record<string, Readonly<Record<string, string>>>>
