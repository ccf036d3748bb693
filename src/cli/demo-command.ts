import type { Command } from 'commander'
export function demoCommand(_command: Command): void {}
