// The languages of DWARF's units (its table 7.17, and the list of codes given out since) that matter to names.

/**
 * Is a function's plain name in this language its whole name? In C there is nothing else to it, and Go writes packages into
 * it. Rust, C++ and most others leave out the namespace or class.
 */
export function hasWholeNames(language: u32): bool {
  switch (language) {
    case 0x01: // C89
    case 0x02: // C
    case 0x0c: // C99
    case 0x10: // Objective-C: -[Class method]
    case 0x12: // UPC
    case 0x16: // Go: net/http.(*conn).serve
    case 0x1d: // C11
    case 0x2c: // C17
    case 0x31: // assembly
    case 0x3e: // C23
    case 0x8001: // assembly, by GNU and others
      return true;
    default:
      return false;
  }
}
