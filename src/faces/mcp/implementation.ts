/** What the gateway calls itself towards agents. */
export const IMPLEMENTATION = {
  name: 'countersign',
  title: 'Countersign',
  version: '0.1.0',
} as const
