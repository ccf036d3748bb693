import type { Command } from 'commander'
export function serveCommand(_command: Command): void {}
