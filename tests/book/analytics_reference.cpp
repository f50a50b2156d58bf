#include "tests/book/analytics_reference.hpp"

#include <fstream>
#include <memory>
#include <sstream>

#include "engine/types/decimal.hpp"
#include "tests/support/recorded_data.hpp"

namespace sq::book::analytics {
namespace {
double real(const std::string& text) { return std::stod(text); }
std::optional<double> maybe_real(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return real(text);
}
Price price(const std::string& text) { return parse_fixed<Price>(text).value(); }
Qty qty(const std::string& text) { return parse_fixed<Qty>(text).value(); }
MonoTime milliseconds(const std::string& text) {
  return MonoTime{static_cast<std::int64_t>(std::stoll(text)) * kNsPerMs};
}

std::optional<Tape> load(const std::string& name) {
  const auto expected = reference_json("micro_expected_" + name + ".json");
  const auto quotes = reference_csv("micro_quotes_" + name + ".csv");
  const auto trades = reference_csv("micro_trades_" + name + ".csv");
  if (!expected || quotes.empty() || trades.empty()) return std::nullopt;
  Tape tape{.name = name, .quotes = {}, .trades = {}, .expected = *expected};
  for (const auto& f : quotes) {
    tape.quotes.push_back({{{price(f[1]), qty(f[2])}, {price(f[3]), qty(f[4])}},
                           milliseconds(f[0]),
                           real(f[5]),
                           real(f[6]),
                           real(f[7]),
                           real(f[8])});
  }
  constexpr Qty kOne = Qty::from_units(1);  // the trade files have no quantities of the quote
  for (const auto& f : trades) {
    tape.trades.push_back({price(f[1]),
                           qty(f[2]),
                           std::stoi(f[3]),
                           {{price(f[4]), kOne}, {price(f[5]), kOne}},
                           milliseconds(f[0]),
                           std::stoi(f[6]),
                           std::stoi(f[7]),
                           real(f[8]),
                           maybe_real(f[9]),
                           maybe_real(f[10])});
  }
  return tape;
}
}  // namespace

std::vector<std::vector<std::string>> reference_csv(std::string_view name) {
  std::vector<std::vector<std::string>> rows;
  const auto path = test::recorded("quant/" + std::string{name});
  if (!path) return rows;
  std::ifstream file{*path};
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::vector<std::string> fields;
    std::istringstream stream{line};
    for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
    if (line.ends_with(',')) fields.emplace_back();
    rows.push_back(std::move(fields));
  }
  return rows;
}

std::optional<simdjson::dom::element> reference_json(std::string_view name) {
  const auto path = test::recorded("quant/" + std::string{name});
  if (!path) return std::nullopt;
  static std::map<std::string, std::unique_ptr<simdjson::dom::parser>, std::less<>> kept;
  auto& parser = kept[std::string{name}];
  parser = std::make_unique<simdjson::dom::parser>();
  return simdjson::dom::element{parser->load(path->string())};
}

std::vector<double> numbers(simdjson::dom::element array) {
  std::vector<double> values;
  for (const auto value : simdjson::dom::array{array}) values.emplace_back(value);
  return values;
}

const std::vector<Tape>& reference_tapes() {
  static std::vector<Tape> tapes;
  if (!tapes.empty()) return tapes;
  for (const char* name : {"A", "B", "D", "E", "G"}) {
    auto tape = load(name);
    if (!tape) {
      tapes.clear();
      break;
    }
    tapes.push_back(std::move(*tape));
  }
  return tapes;
}

std::vector<Bar> bars_of_ten(const Tape& tape) {
  std::vector<Bar> bars;
  BarBuilder builder{{.trades = 10}};
  for (const ReferenceTrade& trade : tape.trades) {
    if (builder.add(trade.price, trade.qty, trade.sign, trade.at))
      bars.push_back(builder.finished());
  }
  return bars;
}
}  // namespace sq::book::analytics
