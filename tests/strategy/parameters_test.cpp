#include <catch2/catch.hpp>
#include <cmath>

#include "engine/strategy/check_parameters.hpp"

using namespace sq;
using namespace sq::strategy;
using settings::RawForm;

namespace {
constexpr ParameterSpec kSpecs[]{
    {"levels", ParameterType::Integer, "levels", "1", "10", "3", "Quotes a side."},
    {"skew", ParameterType::Decimal, "", "-1", "1.5", "0.5", "Lean per unit of inventory."},
    {"order_qty", ParameterType::Qty, "BTC", "0.001", "5", "", "Size of a quote."},
    {"stop", ParameterType::Price, "USDT", "0.1", "100", "10", "Distance of the stop."},
    {"hold_ms", ParameterType::DurationMs, "ms", "1", "60000", "250", "Holding time."},
    {"post_only", ParameterType::Boolean, "", "", "", "true", "Never takes."}};

settings::StrategySettings with(std::vector<settings::RawParameter> raw) {
  settings::StrategySettings strategy;
  strategy.name = "one";
  strategy.kind = "maker";
  strategy.file = "c.toml";
  strategy.line = 7;
  strategy.parameters = std::move(raw);
  return strategy;
}
const settings::RawParameter kQty{"order_qty", "0.01", RawForm::Text, 9, 13};

bool accepted(const ParameterSpec& spec, std::string_view text) {
  return std::holds_alternative<Parameters::Value>(parse_parameter(spec, text));
}
}  // namespace

TEST_CASE("values and defaults arrive with the type of their declaration", "[strategy]") {
  const auto checked = check_parameters(kSpecs, with({kQty}));
  REQUIRE(checked.has_value());
  CHECK(checked->values.qty("order_qty") == Qty::from_raw(1'000'000));
  CHECK(checked->values.integer("levels") == 3);
  CHECK(checked->values.decimal("skew") == 0.5);
  CHECK(checked->values.price("stop") == Price::from_units(10));
  CHECK(checked->values.duration_ns("hold_ms") == 250'000'000);
  CHECK(checked->values.boolean("post_only"));
}

TEST_CASE("each bound of a parameter is accepted and the next value refused", "[strategy]") {
  CHECK(accepted(kSpecs[0], "1"));
  CHECK(accepted(kSpecs[0], "10"));
  CHECK_FALSE(accepted(kSpecs[0], "0"));
  CHECK_FALSE(accepted(kSpecs[0], "11"));
  CHECK_FALSE(accepted(kSpecs[0], "1.5"));
  CHECK(accepted(kSpecs[1], "-1"));
  CHECK(accepted(kSpecs[1], "1.5"));
  CHECK_FALSE(accepted(kSpecs[1], "-1.000000001"));
  CHECK_FALSE(accepted(kSpecs[1], "1.500000001"));
  CHECK_FALSE(accepted(kSpecs[1], "nan"));
  CHECK_FALSE(accepted(kSpecs[1], "1e-1"));
  CHECK(accepted(kSpecs[2], "0.001"));
  CHECK(accepted(kSpecs[2], "5"));
  CHECK_FALSE(accepted(kSpecs[2], "0.00099999"));
  CHECK_FALSE(accepted(kSpecs[2], "5.00000001"));
  CHECK_FALSE(accepted(kSpecs[2], "0.0010000001"));
  CHECK_FALSE(accepted(kSpecs[3], "0.099999999"));
  CHECK_FALSE(accepted(kSpecs[3], "100.000000001"));
  CHECK_FALSE(accepted(kSpecs[4], "0"));
  CHECK_FALSE(accepted(kSpecs[4], "60001"));
  CHECK(accepted(kSpecs[5], "false"));
  CHECK_FALSE(accepted(kSpecs[5], "1"));
}

TEST_CASE("a decimal is the double nearest to its text", "[strategy]") {
  const ParameterSpec spec{"x", ParameterType::Decimal, "", "-9", "9", "", "x"};
  for (const auto& [text, value] :
       {std::pair{"0.1", 0.1}, {"-0.3", -0.3}, {"1.1", 1.1}, {"7", 7.0}})
    CHECK(std::get<double>(std::get<Parameters::Value>(parse_parameter(spec, text))) == value);
  const double zero = std::get<double>(std::get<Parameters::Value>(parse_parameter(spec, "-0")));
  CHECK_FALSE(std::signbit(zero));
}

TEST_CASE("a parameter without default is asked for at its strategy", "[strategy]") {
  const auto checked = check_parameters(kSpecs, with({}));
  REQUIRE_FALSE(checked.has_value());
  REQUIRE(checked.error().size() == 1);
  const settings::Problem& problem = checked.error()[0];
  CHECK(problem.file == "c.toml");
  CHECK(problem.line == 7);
  CHECK(problem.key == "strategy.one.order_qty");
  CHECK(problem.value.empty());
  CHECK(problem.accepted == "an exact decimal in quotes from \"0.001\" to \"5\" (BTC)");
}

TEST_CASE("an unknown parameter is refused at its place with the one that was meant",
          "[strategy]") {
  const auto checked =
      check_parameters(kSpecs, with({kQty, {"levles", "2", RawForm::Integer, 11, 5}}));
  REQUIRE_FALSE(checked.has_value());
  REQUIRE(checked.error().size() == 1);
  CHECK(checked.error()[0].line == 11);
  CHECK(checked.error()[0].column == 5);
  CHECK(checked.error()[0].nearest == "levels");
  CHECK_THAT(checked.error()[0].accepted, Catch::Contains("post_only"));
}

TEST_CASE("a parameter of another form is refused", "[strategy]") {
  const auto refused = [](const settings::RawParameter& raw) {
    std::vector<settings::RawParameter> all{raw};
    if (raw.name != "order_qty") all.push_back(kQty);
    const auto checked = check_parameters(kSpecs, with(all));
    return !checked.has_value() && checked.error().size() == 1;
  };
  CHECK(refused({"levels", "2", RawForm::Text, 1, 1}));
  CHECK(refused({"hold_ms", "2", RawForm::Float, 1, 1}));
  CHECK(refused({"post_only", "true", RawForm::Text, 1, 1}));
  CHECK(refused({"skew", "true", RawForm::Boolean, 1, 1}));
  CHECK_FALSE(refused({"skew", "1", RawForm::Integer, 1, 1}));
  CHECK_FALSE(refused({"skew", "0.25", RawForm::Float, 1, 1}));
  CHECK_FALSE(refused({"skew", "0.25", RawForm::Text, 1, 1}));
  const auto unquoted =
      check_parameters(kSpecs, with({{"order_qty", "0.01", RawForm::Float, 1, 1}}));
  REQUIRE_FALSE(unquoted.has_value());
  CHECK_THAT(unquoted.error()[0].accepted, Catch::Contains("quote it, \"0.01\""));
}

TEST_CASE("all problems of a strategy are reported at once", "[strategy]") {
  const auto checked = check_parameters(
      kSpecs, with({{"levels", "11", RawForm::Integer, 1, 1}, {"x", "1", RawForm::Integer, 2, 1}}));
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().size() == 3);  // levels, order_qty, x
}

TEST_CASE("the resolved parameters are complete and give the same values again", "[strategy]") {
  const auto first = check_parameters(kSpecs, with({{"skew", "0.3", RawForm::Float, 1, 1}, kQty}));
  REQUIRE(first.has_value());
  REQUIRE(first->resolved.size() == 6);
  CHECK(first->resolved[0].name == "levels");
  CHECK(first->resolved[0].text == "3");
  CHECK(first->resolved[0].form == RawForm::Integer);
  const auto second = check_parameters(kSpecs, with(first->resolved));
  REQUIRE(second.has_value());
  CHECK(second->resolved == first->resolved);
  CHECK(second->values.decimal("skew") == first->values.decimal("skew"));
}

TEST_CASE("a declaration that contradicts itself is found", "[strategy]") {
  for (const ParameterSpec& spec : kSpecs) CHECK(fault_of(spec).empty());
  const auto changed = [](auto change) {
    ParameterSpec spec = kSpecs[0];
    change(spec);
    return fault_of(spec);
  };
  CHECK_FALSE(changed([](auto& s) { s.default_value = "11"; }).empty());
  CHECK_FALSE(changed([](auto& s) { s.min = "11"; }).empty());
  CHECK_FALSE(changed([](auto& s) { s.min = "0.5"; }).empty());
  CHECK_FALSE(changed([](auto& s) { s.max = ""; }).empty());
  CHECK_FALSE(changed([](auto& s) { s.name = "start"; }).empty());
  CHECK_FALSE(changed([](auto& s) { s.name = "levels_ms"; }).empty());
  CHECK_FALSE(changed([](auto& s) { s.meaning = ""; }).empty());
  CHECK_FALSE(changed([](auto& s) { s.type = ParameterType::DurationMs; }).empty());
  CHECK_FALSE(changed([](auto& s) { s.type = ParameterType::Boolean; }).empty());
}
