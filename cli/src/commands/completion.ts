import { type Command, Argument } from 'commander'
import { completionScript, shells } from '../completion/completion-script.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `plinth completion` */
export function addCompletionCommand(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print the script that completes this command in a shell: source <(plinth completion bash)')
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: string) => {
      const script = completionScript(shell, program)
      terminal.result({ shell, script }, script)
    })
}
