// The synthetic tapes of quant/micro_*: quotes, trades with the quote in force, and what every
// measure must give on them.
#pragma once

#include <simdjson.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/book/analytics/bars/bar.hpp"
#include "engine/book/analytics/quotes/quote.hpp"
#include "engine/types/time.hpp"

namespace sq::book::analytics {
struct ReferenceQuote {
  Quote quote{};
  MonoTime at{};
  double mid{0}, weighted_mid{0}, imbalance{0}, order_flow{0};
};
struct ReferenceTrade {
  Price price{};
  Qty qty{};
  int sign{0};
  Quote quote{};
  MonoTime at{};
  int tick_rule{0}, lee_ready{0};
  double effective{0};
  std::optional<double> realised, impact;  // empty: no trade five later
};
struct Tape {
  std::string name;
  std::vector<ReferenceQuote> quotes;
  std::vector<ReferenceTrade> trades;
  simdjson::dom::element expected;
};

constexpr Price kReferenceTick = Price::from_raw(10'000'000);  // 0.01

// All five; empty: a file is absent, and the test case counts as skipped.
[[nodiscard]] const std::vector<Tape>& reference_tapes();
// quant/<name>; empty when absent. Kept until the end of the program.
[[nodiscard]] std::optional<simdjson::dom::element> reference_json(std::string_view name);
[[nodiscard]] std::vector<double> numbers(simdjson::dom::element array);
[[nodiscard]] inline std::optional<double> number(simdjson::dom::element value) {
  if (value.is_null()) return std::nullopt;
  return double{value};
}
[[nodiscard]] std::vector<std::vector<std::string>> reference_csv(std::string_view name);

// Bars of ten trades by the true signs; the rest is left over.
[[nodiscard]] std::vector<Bar> bars_of_ten(const Tape& tape);

// The worst error of each measure, relative to the larger of |expected| and `floor`.
class Errors {
 public:
  void compare(const std::string& what, double value, double expected, double floor = 1e-300) {
    const double size = std::max(std::abs(expected), floor);
    double& worst = worst_[what];
    worst = std::max(worst, std::isfinite(value) ? std::abs(value - expected) / size : 1e300);
    ++compared_[what];
  }
  template <class Known>
  void compare(const std::string& what, const Known& value, std::optional<double> expected,
               double floor = 1e-300) {
    known_agrees_ = known_agrees_ && value.known() == expected.has_value();
    if (value.known() && expected) compare(what, value.value, *expected, floor);
  }
  // Every measure was compared with something, and within the tolerance.
  void require_within(double tolerance) const {
    CHECK(known_agrees_);
    CHECK_FALSE(worst_.empty());
    for (const auto& [what, worst] : worst_) {
      std::ostringstream error;  // Catch2 shows 1e-12 as 0.0
      error << worst;
      CAPTURE(what, compared_.at(what), error.str());
      CHECK(worst <= tolerance);
    }
  }

 private:
  std::map<std::string, double> worst_;
  std::map<std::string, std::size_t> compared_;
  bool known_agrees_{true};
};
}  // namespace sq::book::analytics
