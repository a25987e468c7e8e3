/** Scripts that make a shell ask this command for what may come next. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for chronovirt
_chronovirt() {
  local word words
  word="\${COMP_WORDS[COMP_CWORD]}"
  [ "$word" != "=" ] || word=""
  words="$(chronovirt __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)"
  COMPREPLY=()
  if [ "$words" = ":file" ]; then
    compopt -o default 2>/dev/null
    return
  fi
  while IFS= read -r one; do
    if [ "$one" = ":file" ]; then
      compopt -o default 2>/dev/null
      continue
    fi
    case "$one" in "$word"*) COMPREPLY+=("$one") ;; esac
  done <<< "$words"
}
complete -F _chronovirt chronovirt
`,
  zsh: `#compdef chronovirt
_chronovirt() {
  local -a found
  found=("\${(@f)$(chronovirt __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( \${found[(I):file]} )); then
    found=("\${(@)found:#:file}")
    [[ $PREFIX != --*=* ]] || compset -P '*='
    _files
  fi
  found=("\${(@)found:#}")
  (( \${#found} )) && compadd -- "\${found[@]}"
}
if [ "\${funcstack[1]}" = "_chronovirt" ]; then
  _chronovirt "$@"
else
  compdef _chronovirt chronovirt
fi
`,
  fish: `# fish completion for chronovirt
function __chronovirt_complete
  set -l token (commandline -ct)
  # The files of --option=./fi are those of ./fi.
  set -l flag (string match -r -- '^--[a-z][a-z-]*=' "$token")
  for one in (chronovirt __complete (commandline -opc)[2..-1] "$token" 2>/dev/null)
    if test "$one" = ":file"
      for file in (complete -C "'' "(string replace -- "$flag" '' "$token"))
        echo "$flag$file"
      end
    else
      echo $one
    end
  end
end
complete -c chronovirt -f -a '(__chronovirt_complete)'
`,
};

/** The script of a shell. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}
