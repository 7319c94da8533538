/** Thrown when the input can't be read on; the message says what is wrong with it. */
export class InputError extends Error {}
