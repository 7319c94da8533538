// What can't be read. The host throws an InputError, which leaves this module at once.

/** Throws. `kind` is a place in the host's list of texts; a text shows the two values. */
@external('env', 'fail')
export declare function fail(kind: u32, value: f64, other: f64): void;

// in the order of the host's list
export const CUT_INFO: u32 = 0;
export const VERSION: u32 = 1;
export const ADDRESS_SIZE: u32 = 2;
export const SPLIT: u32 = 3;
export const CUT_UNIT: u32 = 4;
export const NO_ABBREVIATION: u32 = 5;
export const CUT_ABBREVIATIONS: u32 = 6;
export const UNKNOWN_FORM: u32 = 7;
export const NO_ADDRESS: u32 = 8;
export const NO_INDEX: u32 = 9;
export const TOO_DEEP: u32 = 10;
export const ENDLESS_RANGES: u32 = 11;
export const UNKNOWN_RANGE: u32 = 12;
export const NO_UNIT: u32 = 13;
export const CUT_ENTRY: u32 = 14;
export const LINES_VERSION: u32 = 15;
export const CUT_LINES: u32 = 16;
export const LINE_NAMES: u32 = 17;
