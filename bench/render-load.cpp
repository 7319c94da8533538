// A program of the standard library's inlined code: words counted, sorted, matched and printed, on two threads.
//   render-load [SECONDS]
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

using Clock = std::chrono::steady_clock;

static std::vector<std::string> words(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> list(2000);
  for (auto &word : list) word = "w" + std::to_string(random() % 5000) + std::string(random() % 20, 'x');
  return list;
}

struct Node { std::unique_ptr<Node> left, right; std::string key; int count = 0; };

static void insert(std::unique_ptr<Node> &at, const std::string &key) {
  if (!at) { at = std::make_unique<Node>(); at->key = key; }
  if (key == at->key) { at->count++; return; }
  insert(key < at->key ? at->left : at->right, key);
}
static int depth(const std::unique_ptr<Node> &at) { return at ? 1 + std::max(depth(at->left), depth(at->right)) : 0; }

static volatile long sink;

static void work(Clock::time_point end, unsigned seed) {
  auto list = words(seed);
  std::regex pattern("w([0-9]+)(x*)");
  while (Clock::now() < end) {
    std::map<std::string, int> counts;
    for (auto &word : list) counts[word]++;
    std::unordered_map<std::string, std::vector<int>> places;
    for (size_t i = 0; i < list.size(); i++) places[list[i]].push_back(i);
    auto sorted = list;
    std::function<bool(const std::string &, const std::string &)> less = [&](auto &a, auto &b) { return counts[a] < counts[b]; };
    std::stable_sort(sorted.begin(), sorted.end(), less);
    std::smatch match;
    for (auto &word : sorted) if (std::regex_match(word, match, pattern)) sink += match[1].length();
    std::ostringstream out;
    for (auto &[word, count] : counts) out << word << ' ' << count * 0.5 << '\n';
    std::unique_ptr<Node> tree;
    for (auto &word : list) insert(tree, word);
    sink += out.str().size() + depth(tree);
  }
}

int main(int count, char **args) {
  auto end = Clock::now() + std::chrono::seconds(count > 1 ? std::atoi(args[1]) : 10);
  std::thread other(work, end, 2);
  work(end, 1);
  other.join();
}
