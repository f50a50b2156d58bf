#include "tools/market-simulator/comparison.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace sq::marketsim {
namespace {
constexpr std::array kShown{0.5, 0.9, 0.99,
                            0.999};  // "delay, ms | 0.12 | 3.4 14.6 28.7 43.6 | ..."

std::string quantiles(const Sample& sample) {
  std::string text;
  for (const double p : kShown) {
    fmt::format_to(std::back_inserter(text), "{}{:.4g}", text.empty() ? "" : " / ",
                   sample.quantile(p));
  }
  return text;
}
std::string json_quantiles(const Sample& sample) {
  return fmt::format(
      R"({{"n":{},"p10":{:.9g},"p50":{:.9g},"p90":{:.9g},"p99":{:.9g},"p999":{:.9g}}})",
      sample.sorted.size(), sample.quantile(0.1), sample.quantile(0.5), sample.quantile(0.9),
      sample.quantile(0.99), sample.quantile(0.999));
}

std::string json_of(const Comparison& one) {
  std::string text = fmt::format(R"({{"file":"{}","symbol":"{}","seed":{},"samples":[)", one.file,
                                 one.symbol, one.seed);
  for (std::size_t i = 0; i < one.recorded.samples.size(); ++i) {
    const Sample& recorded = one.recorded.samples[i];
    const Sample& simulated = one.simulated.samples[i];
    fmt::format_to(std::back_inserter(text),
                   R"({}{{"name":"{}","ks":{:.4f},"recorded":{},"simulated":{}}})",
                   i == 0 ? "" : ",", recorded.name, ks_distance(recorded, simulated),
                   json_quantiles(recorded), json_quantiles(simulated));
  }
  text += R"(],"figures":[)";
  for (std::size_t i = 0; i < one.recorded.figures.size(); ++i) {
    fmt::format_to(std::back_inserter(text),
                   R"({}{{"name":"{}","recorded":{:.9g},"simulated":{:.9g}}})", i == 0 ? "" : ",",
                   one.recorded.figures[i].name, one.recorded.figures[i].value,
                   one.simulated.figures[i].value);
  }
  return text + "]}";
}
}  // namespace

std::string markdown(const Comparison& one) {
  std::string text =
      fmt::format("\n### {}, recorded: {}, simulated: seed {}\n\n", one.symbol, one.file, one.seed);
  text +=
      "| distribution: p50 / p90 / p99 / p99.9 | recorded | simulated | KS |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < one.recorded.samples.size(); ++i) {
    const Sample& recorded = one.recorded.samples[i];
    const Sample& simulated = one.simulated.samples[i];
    fmt::format_to(std::back_inserter(text), "| {} | {} | {} | {:.2f} |\n", recorded.name,
                   quantiles(recorded), quantiles(simulated), ks_distance(recorded, simulated));
  }
  text += "\n| figure | recorded | simulated |\n|---|---|---|\n";
  for (std::size_t i = 0; i < one.recorded.figures.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "| {} | {:.4g} | {:.4g} |\n",
                   one.recorded.figures[i].name, one.recorded.figures[i].value,
                   one.simulated.figures[i].value);
  }
  return text;
}

std::string json(const std::vector<Comparison>& comparisons) {
  std::string text = R"({"comparisons":[)";
  for (const Comparison& one : comparisons) {
    if (&one != &comparisons.front()) text += ',';
    text += json_of(one);
  }
  return text + "]}\n";
}
}  // namespace sq::marketsim
