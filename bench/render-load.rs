// A load for bench/inline.ts: words are counted, sorted and joined for as many seconds as the argument says.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

fn tally(text: &str) -> HashMap<String, usize> {
    let mut map = HashMap::new();
    for word in text.split_whitespace() {
        *map.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    map
}

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut sum = 0;
    while Instant::now() < end {
        let text: String = (0..2000).map(|i| format!("W{} ", (i * 7 + sum) % 977)).collect();
        let sorted: BTreeMap<_, _> = tally(&text).into_iter().filter(|(word, _)| word.len() > 2).collect();
        sum += sorted.iter().map(|(word, count)| word.len() * count).sum::<usize>();
    }
    println!("{sum}");
}
