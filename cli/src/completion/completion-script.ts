import type { Command } from 'commander'

export const shells: readonly string[] = ['bash', 'zsh', 'fish']

/** The words that may follow a command: `schema pull` -> `--file --check --force`. */
interface Words {
  readonly path: string
  readonly words: readonly string[]
}

/** A script that makes a shell complete commands and options. It holds all words, so completing starts no process. */
export function completionScript(shell: string, program: Command): string {
  const all = wordsOf(
    program,
    [],
    program.options.flatMap(({ long }) => long ?? []),
  )
  return shell === 'fish' ? fish(all) : shell === 'zsh' ? zsh(all) : bash(all)
}

function wordsOf(command: Command, path: readonly string[], common: readonly string[]): readonly Words[] {
  const options = command.options.flatMap(({ long }) => long ?? [])
  const words = [...command.commands.map((each) => each.name()), ...new Set([...options, ...common, '--help'])]
  return [
    { path: path.join(' '), words },
    ...command.commands.flatMap((each) => wordsOf(each, [...path, each.name()], common)),
  ]
}

const cases = (all: readonly Words[]): string =>
  all.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`).join('\n')

const bash = (all: readonly Words[]): string => `_plinth() {
  local path='' word words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases(all)}
  esac
  COMPREPLY=()
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  fi
}
complete -o default -F _plinth plinth`

/** zsh runs the script of bash. */
const zsh = (all: readonly Words[]): string =>
  `autoload -U +X compinit bashcompinit && compinit && bashcompinit\n${bash(all)}`

const fish = (all: readonly Words[]): string =>
  [
    'function __plinth_path',
    "  string join ' ' (string match -v -- '-*' (commandline -opc)[2..-1])",
    'end',
    'complete -c plinth -f',
    ...all.map(
      ({ path, words }) => `complete -c plinth -n 'test "$(__plinth_path)" = "${path}"' -a '${words.join(' ')}'`,
    ),
  ].join('\n')
