/** Where a classification begins: one entry for each usual kind of tool, in the spelling of a catalogue file. */

export type ReviewExample = { readonly name: string; readonly entry: object }

export const REVIEW_EXAMPLES: readonly ReviewExample[] = [
  {
    name: 'A read',
    entry: { effect: 'read', verb: 'query', target: { kind: 'device', from: 'args.target' } },
  },
  {
    name: 'A note in a case',
    entry: { effect: 'annotate', verb: 'annotate', target: { kind: 'case' } },
  },
  {
    name: 'Containment with an undo',
    entry: {
      effect: 'contain',
      verb: 'deny',
      target: { kind: 'ipv4_net', from: 'args.target' },
      reversibility: 'reversible',
      inverse: { tool: 'unblock', arguments: { target: 'args.target' } },
    },
  },
  {
    name: 'Something nothing takes back',
    entry: {
      effect: 'destructive',
      verb: 'delete',
      target: { kind: 'file', from: 'args.path' },
      reversibility: 'irreversible',
    },
  },
]
