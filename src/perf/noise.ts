// Lines that are no samples: comments, and what perf writes to stderr and people merge into the text with `2>&1`.

//# cmdline : perf record …                                       header block of `perf script --header`
//Warning:                                                        and the two lines that follow it
//Processed 12 events and lost 3 chunks!
//[ perf record: Woken up 1 times to write data ]
//Samples for 'x' event do not have CPU attribute set. Cannot print 'cpu' field.
//PERF_RECORD_MMAP2 32690/32690: […                               without sample_id_all there is no prefix
//|123      source text                                           -F +srccode
const NOISE =
  /^(?:#|Warning:|WARNING:|Processed \d+ |Check IO\/CPU overload|\[ ?perf (?:record|script)|Samples for '|failed to |Failed to |Cannot |Couldn't |Can't |could not |Could not |no symbols found|addr2line|cmd__addr2line|BFD: |perf: |PERF_RECORD_|\|\d*\s| ?instruction trace error|Ignoring |Kernel address maps|Consider tweaking|Please |As no suitable|You may want to|Try |check \/proc\/sys\/|\S+ with build id \S+ not found|\S+ was updated \(is prelink|0x[0-9a-f]+ \[0x[0-9a-f]+\]: failed to process|Not all samples|If some relocation)/;

//0x1234 [0x8]: failed to process type: 68 [Invalid argument]     and the rest of perf.data is missing
const LOSS = /^Processed \d+ \w+ and lost .*$|^0x[0-9a-f]+ \[0x[0-9a-f]+\]: failed to process .*$/;

export function isPerfNoise(line: string): boolean {
  return NOISE.test(line);
}

/** The line, if it says that perf lost data; else nothing. */
export function lossIn(line: string): string[] {
  return LOSS.exec(line) ?? [];
}
