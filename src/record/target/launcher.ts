// Launchers: shell scripts, such as pyenv's `python3`, that end by becoming another program.

const SHELL = /^(?:[abdkz]|ba|da|mk|fi|tc|c)?sh$|^busybox$|^env$/;

/** Is a program of that file name a shell, or another one that starts programs? */
export function isShell(name: string): boolean {
  return SHELL.test(name);
}

// exec "/opt/pyenv/libexec/pyenv" exec "$program" "$@"         not: exec 2>&1
const EXEC = /(?:^|[\s;&|({])exec\s+(?!\d*[<>&])\S/m;

/** Does a script, or the text behind `sh -c`, put another program in the place of the shell? */
export function becomesAnother(command: readonly string[], script: string): boolean {
  return (script.startsWith('#!') && EXEC.test(script)) || command.some((argument) => EXEC.test(argument));
}
