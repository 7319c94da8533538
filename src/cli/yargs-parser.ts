// The parser of yargs, alone. A file of its own, so that a command line without options does not load it.

export { Parser } from 'yargs/helpers';
