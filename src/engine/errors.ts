// The errors that end a run with a message instead of a stack trace.

/** The input can't be read on; the message says what is wrong with it. */
export class InputError extends Error {}

/** The user called the tool wrongly; the message says how, and the run ends with status 2. */
export class UsageError extends Error {}
