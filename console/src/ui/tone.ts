/** How loud something is said. Never by colour alone: a word or an icon says it too. */
export type Tone = 'plain' | 'accent' | 'good' | 'warn' | 'danger' | 'claim'
