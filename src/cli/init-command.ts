import type { Command } from 'commander'
export function initCommand(_command: Command): void {}
