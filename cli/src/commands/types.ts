import type { Command } from 'commander'
import type { Terminal } from '../terminal/terminal.ts'

export function addTypesCommand(_program: Command, _terminal: Terminal): void {}
