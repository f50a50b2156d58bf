#include "engine/admin/options/models.hpp"

#include <algorithm>
#include <boost/json/string.hpp>
#include <cmath>

#include "engine/options/american/american.hpp"
#include "engine/options/american/approximations.hpp"
#include "engine/options/american/implied_volatility.hpp"
#include "engine/options/european/bachelier.hpp"
#include "engine/options/finite_difference/one_dimensional.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "engine/options/tree/lattice.hpp"

namespace sq::admin::options {
namespace {
using sq::options::AllGreeks;
using sq::options::Error;
using sq::options::Result;

constexpr double kNsMax = 50e6;  // a request may take so long

struct ModelEntry {
  std::string_view name;
  Model model;
  double price_ns;
  double greeks_ns;   // 0: the model has none
  double implied_ns;  // 0: cannot be inverted
};
// Costs of one row, rounded up from the benches; trees scale with steps squared.
constexpr ModelEntry kModels[] = {
    {"black-scholes", Model::BlackScholes, 100, 400, 400},
    {"black-76", Model::Black76, 100, 400, 400},
    {"bachelier", Model::Bachelier, 100, 400, 400},
    {"american", Model::American, 50e3, 150e3, 600e3},
    {"barone-adesi-whaley", Model::BaroneAdesiWhaley, 500, 0, 0},
    {"bjerksund-stensland", Model::BjerksundStensland, 500, 0, 0},
    {"bjerksund-stensland-1993", Model::BjerksundStensland1993, 500, 0, 0},
    {"ju-zhong", Model::JuZhong, 1'000, 0, 0},
    {"finite-difference", Model::FiniteDifference, 50, 50, 0},
    {"leisen-reimer", Model::LeisenReimer, 0.3, 0.3, 0},
    {"cox-ross-rubinstein", Model::CoxRossRubinstein, 0.3, 0.3, 0}};

bool is_tree(Model model) {
  return model == Model::LeisenReimer || model == Model::CoxRossRubinstein;
}
double row_ns(const ModelEntry& entry, Answer answer, const Rows& rows) {
  double ns = answer == Answer::Price    ? entry.price_ns
              : answer == Answer::Greeks ? entry.greeks_ns
                                         : entry.implied_ns;
  if (is_tree(entry.model)) ns *= static_cast<double>(rows.steps) * rows.steps;
  if (entry.model == Model::FiniteDifference) ns *= static_cast<double>(rows.steps) * rows.points;
  if (entry.model == Model::American && rows.preset == 3) ns *= 300;
  if (entry.model == Model::American && rows.preset == 1) ns /= 5;
  return ns;
}
const ModelEntry& model_in(Columns& columns) {
  const std::string_view name = columns.word("model", kModelNames, "black-scholes");
  for (const ModelEntry& entry : kModels)
    if (entry.name == name) return entry;
  return kModels[0];
}
Result<AllGreeks> widened(const Result<sq::options::american::AmericanGreeks>& greeks) {
  if (!greeks) return std::unexpected{greeks.error()};
  AllGreeks out;
  out.price = greeks->price;
  out.delta = greeks->delta;
  out.gamma = greeks->gamma;
  out.vega = greeks->vega;
  out.theta = greeks->theta;
  out.rho = greeks->rho;
  out.phi = greeks->phi;
  return out;
}
Result<AllGreeks> few_greeks(double price, double delta, double gamma, double theta) {
  AllGreeks out;
  out.price = price;
  out.delta = delta;
  out.gamma = gamma;
  out.theta = theta;
  return out;
}
}  // namespace

Rows::Rows(Columns& columns, Answer answer) {
  const ModelEntry& entry = model_in(columns);
  model = entry.model;
  const bool on_forward = model == Model::Black76 || model == Model::Bachelier;
  call = columns.calls();
  underlying = columns.number(on_forward ? "forward" : "spot");
  strike = columns.number("strike");
  years = columns.number("years");
  rate = columns.number("rate", 0.0);
  if (!on_forward) yield = columns.number("yield", 0.0);
  if (model == Model::Black76) displacement = columns.number("displacement", 0.0);
  volatility = columns.number(answer == Answer::ImpliedVolatility ? "price" : "volatility");
  if (model == Model::American) {
    const std::string_view word =
        columns.word("preset", {"fast", "accurate", "reference"}, "accurate");
    preset = word == "fast" ? 1 : word == "accurate" ? 2 : 3;
  }
  if (is_tree(model)) steps = columns.whole("steps", 3, sq::options::tree::kStepsMax, 501);
  if (model == Model::FiniteDifference) {
    steps = columns.whole("steps", 10, 5'000, 200);
    points = columns.whole("points", 16, 5'000, 400);
  }
  const double ns = row_ns(entry, answer, *this);
  if (ns == 0) {
    columns.refuse(
        "/model", boost::json::string{entry.name},
        answer == Answer::Greeks
            ? "a model with Greeks: black-scholes, black-76, bachelier, american, "
              "finite-difference, leisen-reimer, cox-ross-rubinstein"
            : "a model that can be inverted: black-scholes, black-76, bachelier, american");
  } else if (ns * static_cast<double>(columns.rows()) > kNsMax) {
    columns.refuse("/model", boost::json::string{entry.name},
                   "at most " + std::to_string(static_cast<std::uint64_t>(kNsMax / ns)) +
                       " rows of this model in one request");
  }
}

sq::options::Vanilla Rows::option(std::size_t row) const {
  const bool is_call = call[call.size() == 1 ? 0 : row];
  return {is_call ? sq::options::OptionType::Call : sq::options::OptionType::Put, strike.at(row),
          years.at(row)};
}
sq::options::Market Rows::market(std::size_t row) const {
  return {underlying.at(row), rate.at(row), yield.at(row), volatility.at(row)};
}
sq::options::ForwardMarket Rows::forward(std::size_t row) const {
  return {underlying.at(row), rate.at(row), volatility.at(row), displacement.at(row)};
}

Result<double> Rows::price(std::size_t row) const {
  namespace american = sq::options::american;
  switch (model) {
    case Model::BlackScholes:
      return sq::options::european_price(market(row), option(row));
    case Model::Black76:
      return sq::options::black76_price(forward(row), option(row));
    case Model::Bachelier:
      return sq::options::bachelier_price({underlying.at(row), rate.at(row), volatility.at(row)},
                                          option(row));
    case Model::American:
      return american::american_price(market(row), option(row),
                                      static_cast<american::Preset>(preset));
    case Model::BaroneAdesiWhaley:
      return american::barone_adesi_whaley(market(row), option(row));
    case Model::BjerksundStensland:
      return american::bjerksund_stensland_2002(market(row), option(row));
    case Model::BjerksundStensland1993:
      return american::bjerksund_stensland_1993(market(row), option(row));
    case Model::JuZhong:
      return american::ju_zhong(market(row), option(row));
    case Model::FiniteDifference:
    case Model::LeisenReimer:
    case Model::CoxRossRubinstein: {
      const auto greek = greeks(row);
      if (!greek) return std::unexpected{greek.error()};
      return greek->price;
    }
  }
  return std::unexpected{Error::Unsupported};
}

Result<AllGreeks> Rows::greeks(std::size_t row) const {
  namespace american = sq::options::american;
  switch (model) {
    case Model::BlackScholes:
      return sq::options::european_all_greeks(market(row), option(row));
    case Model::Black76:
      return sq::options::black76_all_greeks(forward(row), option(row));
    case Model::Bachelier:
      return sq::options::bachelier_all_greeks(
          {underlying.at(row), rate.at(row), volatility.at(row)}, option(row));
    case Model::American:
      return widened(american::american_greeks(market(row), option(row),
                                               static_cast<american::Preset>(preset)));
    case Model::LeisenReimer:
    case Model::CoxRossRubinstein:
      return tree_greeks(row);
    case Model::FiniteDifference:
      return grid_greeks(row);
    case Model::BjerksundStensland1993:
    case Model::JuZhong:
    case Model::BaroneAdesiWhaley:
    case Model::BjerksundStensland:
      break;
  }
  return std::unexpected{Error::Unsupported};
}

Result<AllGreeks> Rows::tree_greeks(std::size_t row) const {
  namespace tree = sq::options::tree;
  tree::Settings settings;
  settings.lattice =
      model == Model::LeisenReimer ? tree::Lattice::LeisenReimer : tree::Lattice::CoxRossRubinstein;
  settings.steps = steps;
  const auto value = tree::price(market(row), option(row), settings);
  if (!value) return std::unexpected{value.error()};
  return few_greeks(value->price, value->delta, value->gamma, value->theta);
}

// American exercise on a grid.
Result<AllGreeks> Rows::grid_greeks(std::size_t row) const {
  namespace grid = sq::options::finite_difference;
  const sq::options::Vanilla contract = option(row);
  const sq::options::Market m = market(row);
  if (!std::isfinite(contract.strike) || !(contract.strike > 0))
    return std::unexpected{Error::StrikeNotPositive};
  const double sign = sign_of(contract.type);
  const double strike_price = contract.strike;
  grid::Contract1d asked{.years = contract.years};
  asked.payoff = [=](double spot) { return std::max(sign * (spot - strike_price), 0.0); };
  asked.exercise = [=](double, double spot) { return sign * (spot - strike_price); };
  asked.kinks = {strike_price};
  const auto solved = grid::solve({.rate = m.rate, .yield = m.yield, .volatility = m.volatility},
                                  asked, m.spot, {.points = points, .steps = steps});
  if (!solved) return std::unexpected{solved.error()};
  const auto value = solved->at(m.spot);
  return few_greeks(value.price, value.delta, value.gamma, value.theta);
}

Result<double> Rows::implied_volatility(std::size_t row) const {
  const double price = volatility.at(row);
  sq::options::Market spot_market = market(row);
  sq::options::ForwardMarket forward_market = forward(row);
  spot_market.volatility = forward_market.volatility = 0;
  switch (model) {
    case Model::BlackScholes:
      return sq::options::implied_volatility(price, spot_market, option(row));
    case Model::Black76:
      return sq::options::black76_implied_volatility(price, forward_market, option(row));
    case Model::Bachelier:
      return sq::options::bachelier_implied_volatility(price, {underlying.at(row), rate.at(row), 0},
                                                       option(row));
    case Model::American:
      return sq::options::american::american_implied_volatility(
          spot_market, option(row), price, static_cast<sq::options::american::Preset>(preset));
    case Model::BaroneAdesiWhaley:
    case Model::BjerksundStensland:
    case Model::BjerksundStensland1993:
    case Model::JuZhong:
    case Model::FiniteDifference:
    case Model::LeisenReimer:
    case Model::CoxRossRubinstein:
      break;
  }
  return std::unexpected{Error::Unsupported};
}
}  // namespace sq::admin::options
