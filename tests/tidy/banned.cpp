#include "tests/tidy/banned.hpp"

#include <algorithm>
#include <regex>
#include <string_view>

namespace sq::tidy {
namespace {
using Folders = std::vector<std::string_view>;
enum class In : std::uint8_t { Code, Text };  // without comments and literals, or with them

struct Rule {
  std::vector<std::string_view>
      hints;  // a file without any of these is not searched: 20 times faster
  std::regex pattern;
  std::string_view instead;
  Folders folders;   // where it holds
  Folders except{};  // but not there
  In in{In::Code};
};

const Folders kAll{"engine/", "venues/", "strategies/", "tools/", "tests/", "bench/"};
const Folders kEngine{"engine/", "venues/", "strategies/"};
// What runs inside the deterministic core, or decides with it.
const Folders kCore{"engine/types/",     "engine/messaging/", "engine/book/",     "engine/risk/",
                    "engine/portfolio/", "engine/strategy/",  "engine/algo/",     "engine/oms/",
                    "engine/core/",      "engine/venue/",     "engine/backtest/", "strategies/"};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules{
      {{"cout", "cerr", "endl"},
       std::regex{R"(\bstd::(cout|cerr|endl)\b)"},
       "telemetry, or fmt::print in a program",
       kAll},
      {{"rand", "random_device"},
       std::regex{R"(\b(s?rand|drand48|random_device)\b *[({])"},
       "a seeded generator",
       kAll},
      {{"system_clock"},
       std::regex{R"(\bsystem_clock::now\b)"},
       "time comes in with the event",
       kEngine,
       {"engine/app/"}},
      {{"_clock::now", "clock_gettime", "gettimeofday", "__rdtsc", "getenv"},
       std::regex{R"(\b(\w+_clock::now|clock_gettime|gettimeofday|__rdtscp?|getenv)\b)"},
       "the core reads no clock and no environment",
       kCore},
      {{"mutex", "condition_variable", "fstream"},
       std::regex{R"(\bstd::(mutex|shared_mutex|condition_variable|ifstream|ofstream)\b)"},
       "the core takes no lock and reads no file",
       kCore},
      {{"thread"},
       std::regex{R"(\bstd::j?thread\b(?!::))"},
       "only engine/app starts threads",
       kEngine,
       {"engine/app/"}},
      {{"new "},
       std::regex{R"(\bnew [A-Za-z_])"},
       "std::make_unique, or a pool sized at start-up",
       kAll},
      {{"delete "},
       std::regex{R"(\bdelete (\[\] *)?[A-Za-z_])"},
       "an owner by value or unique_ptr",
       kAll},
      {{"sleep"},
       std::regex{R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b)"},
       "step the clock",
       {"engine/", "venues/", "strategies/", "tests/", "bench/"},
       {"engine/app/", "tests/app/"}},
      {{"ato", "strto", "sto", "sscanf"},
       std::regex{R"(\b(ato[ifl]|strto[dfl]|sto[dfil]|sscanf)\()"},
       "exact decimals, std::from_chars",
       kEngine},
      {{"catch"},
       std::regex{R"(\bcatch \(\.\.\.\) *\{ *\})"},
       "handle it, or let it end the thread",
       kAll},
      {{"namespace std"}, std::regex{R"(\busing namespace std\b)"}, "std:: in full", kAll},
      {{"assert("}, std::regex{R"(\bassert\()"}, "SQ_CHECK", kEngine},
      {{"shared_ptr"},
       std::regex{R"(\bshared_ptr\b)"},
       "an owner by value or unique_ptr",
       kEngine,
       {"engine/net/"}},
      {{"volatile"},
       std::regex{R"(\bvolatile\b(?! *\(| std::sig_atomic_t))"},
       "std::atomic",
       kAll,
       {"bench/"}},
      {{"double", "float"},
       std::regex{R"(\b(double|float)\b)"},
       "Price, Qty, Amount: exact integers",
       {"engine/risk/", "engine/oms/"}},
      {{"if ("},
       std::regex{R"(\bif \((is_|mode == \w+::)?(backtest|live|paper|replay)\w*\))",
                  std::regex::icase},
       "the difference is in the wiring of engine/app",
       kEngine,
       {"engine/app/"}},
      {{"__DATE__", "__TIME__"},
       std::regex{R"(\b(__DATE__|__TIME__)\b)"},
       "the same source gives the same binary",
       kAll},
      {{"TODO", "FIXME", "XXX", "HACK"},
       std::regex{R"(\b(TODO|FIXME|XXX|HACK)\b)"},
       "finish it, or write an issue",
       kAll,
       {"tests/tidy/"},
       In::Text},
      {{"NOLINT"},
       std::regex{R"(\bNOLINT(NEXTLINE|BEGIN)?\b(?!\([a-z0-9., *-]+\):? \S.{7,}))"},
       "NOLINT(check): and the reason",
       kAll,
       {"tests/tidy/"},
       In::Text},
  };
  return kRules;
}

bool starts_with_any(std::string_view path, const Folders& folders) {
  return std::ranges::any_of(folders, [&](auto folder) { return path.starts_with(folder); });
}

bool contains_any(std::string_view text, const std::vector<std::string_view>& words) {
  return std::ranges::any_of(words, [&](auto word) { return text.find(word) != text.npos; });
}

bool holds_in(const Rule& rule, std::string_view path) {
  return starts_with_any(path, rule.folders) && !starts_with_any(path, rule.except);
}
}  // namespace

std::vector<std::string> banned_words(const SourceFile& file) {
  std::vector<std::string> found;
  const auto text = lines_of(file.text);
  const auto code = lines_of(file.code);
  for (const Rule& rule : rules()) {
    if (!holds_in(rule, file.path) || !contains_any(file.text, rule.hints)) continue;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::string_view line = rule.in == In::Code ? code[i] : text[i];
      std::cmatch match;
      if (text[i].find("// allowed: ") != text[i].npos) continue;
      if (!std::regex_search(line.data(), line.data() + line.size(), match, rule.pattern)) continue;
      found.push_back(at_line(file, i + 1, '"' + match.str() + "\": " + std::string{rule.instead}));
    }
  }
  return found;
}
}  // namespace sq::tidy
