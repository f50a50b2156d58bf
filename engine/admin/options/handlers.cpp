#include "engine/admin/options/handlers.hpp"

#include <boost/json.hpp>
#include <chrono>

#include "engine/admin/options/answer.hpp"
#include "engine/admin/options/exotics.hpp"
#include "engine/admin/options/models.hpp"
#include "engine/options/portfolio/scenario.hpp"

namespace sq::admin::options {
namespace {
namespace json = boost::json;
using Clock = std::chrono::steady_clock;
using sq::options::AllGreeks;
using sq::options::Leg;
using sq::options::LegKind;

struct Greek {
  std::string_view name;
  double AllGreeks::*member;
};
constexpr Greek kGridGreeks[] = {{"price", &AllGreeks::price},
                                 {"delta", &AllGreeks::delta},
                                 {"gamma", &AllGreeks::gamma},
                                 {"theta", &AllGreeks::theta}};
constexpr Greek kFirstGreeks[] = {
    {"vega", &AllGreeks::vega}, {"rho", &AllGreeks::rho}, {"phi", &AllGreeks::phi}};
constexpr Greek kMoreGreeks[] = {{"vanna", &AllGreeks::vanna},
                                 {"volga", &AllGreeks::volga},
                                 {"charm", &AllGreeks::charm},
                                 {"speed", &AllGreeks::speed},
                                 {"zomma", &AllGreeks::zomma},
                                 {"color", &AllGreeks::color},
                                 {"ultima", &AllGreeks::ultima},
                                 {"dual_delta", &AllGreeks::dual_delta},
                                 {"dual_gamma", &AllGreeks::dual_gamma},
                                 {"forward_delta", &AllGreeks::forward_delta},
                                 {"forward_gamma", &AllGreeks::forward_gamma}};

std::vector<double> picked(const AllGreeks& greeks, const std::vector<Greek>& which) {
  std::vector<double> values;
  for (const Greek& greek : which) values.push_back(greeks.*(greek.member));
  return values;
}
std::vector<Greek> greeks_of(const Rows& rows) {
  std::vector<Greek> all(std::begin(kGridGreeks), std::end(kGridGreeks));
  if (!rows.grid()) all.insert(all.end(), std::begin(kFirstGreeks), std::end(kFirstGreeks));
  if (rows.all_greeks()) all.insert(all.end(), std::begin(kMoreGreeks), std::end(kMoreGreeks));
  return all;
}

net::HttpResponse answer_exotic(Columns& columns, const json::value& id, const ExoticKind& kind,
                                bool greeks, Clock::time_point begin) {
  const Exotic exotic = exotic_of(columns, kind, greeks);
  columns.finish();
  if (columns.problem()) return problem_response(*columns.problem());
  AnswerTable table{exotic.names, columns.single()};
  for (std::size_t row = 0; row < columns.rows(); ++row) {
    const auto values = exotic.value(row);
    values ? table.add(*values) : table.refuse(row, values.error());
  }
  return finished(std::move(table).finish(), id, begin);
}

// Reads the request as rows of a model and answers with what `fill` puts into a table.
template <class Names, class Fill>
net::HttpResponse answer_rows(const net::HttpRequest& request, Answer answer, Names names,
                              Fill fill) {
  const Clock::time_point begin = Clock::now();
  Columns columns{request.body};
  if (columns.problem()) return problem_response(*columns.problem());
  const json::value id = columns.id();
  if (answer != Answer::ImpliedVolatility) {
    const bool wants_greeks = answer == Answer::Greeks;
    if (const ExoticKind* kind = exotic_kind(columns, wants_greeks))
      return answer_exotic(columns, id, *kind, wants_greeks, begin);
    if (columns.problem()) return problem_response(*columns.problem());
  }
  const Rows rows{columns, answer};
  columns.finish();
  if (columns.problem()) return problem_response(*columns.problem());
  AnswerTable table{names(rows), columns.single()};
  for (std::size_t row = 0; row < columns.rows(); ++row) fill(rows, row, table);
  return finished(std::move(table).finish(), id, begin);
}

std::optional<Leg> leg_of(Columns& columns) {
  Leg leg;
  const std::string_view kind =
      columns.word("kind", {"european", "american", "underlying"}, "european");
  leg.kind = kind == "european"   ? LegKind::European
             : kind == "american" ? LegKind::American
                                  : LegKind::Underlying;
  leg.quantity = columns.number("quantity").at(0);
  leg.entry_price = columns.number("entry_price", 0.0).at(0);
  if (leg.kind != LegKind::Underlying) {
    leg.option.type =
        columns.calls().front() ? sq::options::OptionType::Call : sq::options::OptionType::Put;
    leg.option.strike = columns.number("strike").at(0);
    leg.option.years = columns.number("years").at(0);
    leg.volatility = columns.number("volatility").at(0);
  }
  columns.finish();
  if (!columns.single()) columns.refuse("", nullptr, "one number a key: a leg has no arrays");
  if (columns.problem()) return std::nullopt;
  return leg;
}

json::object position_json(const sq::options::PositionGreeks& greeks) {
  json::object out{{"value", greeks.value}, {"delta", greeks.delta}, {"gamma", greeks.gamma},
                   {"vega", greeks.vega},   {"theta", greeks.theta}, {"rho", greeks.rho}};
  if (greeks.second_order_complete) {
    out["vanna"] = greeks.vanna;
    out["volga"] = greeks.volga;
    out["charm"] = greeks.charm;
  }
  return out;
}

json::array grid_json(const sq::options::ScenarioGrid& grid) {
  json::array days;
  for (std::size_t d = 0; d < grid.days; ++d) {
    json::array rows;
    for (std::size_t v = 0; v < grid.volatilities; ++v) {
      json::array row;
      for (std::size_t s = 0; s < grid.spots; ++s) row.emplace_back(grid.at(s, v, d));
      rows.emplace_back(std::move(row));
    }
    days.emplace_back(std::move(rows));
  }
  return days;
}
}  // namespace

net::HttpResponse price(const net::HttpRequest& request) {
  return answer_rows(
      request, Answer::Price, [](const Rows&) { return std::vector<std::string_view>{"price"}; },
      [](const Rows& rows, std::size_t row, AnswerTable& table) {
        const auto value = rows.price(row);
        value ? table.add({*value}) : table.refuse(row, value.error());
      });
}

net::HttpResponse greeks(const net::HttpRequest& request) {
  std::vector<Greek> which;
  return answer_rows(
      request, Answer::Greeks,
      [&](const Rows& rows) {
        which = greeks_of(rows);
        std::vector<std::string_view> names;
        for (const Greek& greek : which) names.push_back(greek.name);
        return names;
      },
      [&](const Rows& rows, std::size_t row, AnswerTable& table) {
        const auto value = rows.greeks(row);
        value ? table.add(picked(*value, which)) : table.refuse(row, value.error());
      });
}

net::HttpResponse implied_vol(const net::HttpRequest& request) {
  return answer_rows(
      request, Answer::ImpliedVolatility,
      [](const Rows&) { return std::vector<std::string_view>{"volatility"}; },
      [](const Rows& rows, std::size_t row, AnswerTable& table) {
        const auto value = rows.implied_volatility(row);
        value ? table.add({*value}) : table.refuse(row, value.error());
      });
}

net::HttpResponse scenario(const net::HttpRequest& request) {
  constexpr std::size_t kLegsMax = 100;
  constexpr std::size_t kCellsMax = 50'000;  // cells x legs: American ones cost 5 us each
  const Clock::time_point begin = Clock::now();
  Columns columns{request.body};
  if (columns.problem()) return problem_response(*columns.problem());
  const json::value id = columns.id();
  const sq::options::Underlying market{columns.number("spot").at(0),
                                       columns.number("rate", 0.0).at(0),
                                       columns.number("yield", 0.0).at(0)};
  const auto spots = columns.list("spot_moves");
  const auto volatilities = columns.list("volatility_moves", 0.0);
  const auto days = columns.list("days", 0.0);
  std::vector<Leg> legs;
  bool american = false;
  for (Columns& each : columns.objects("legs", kLegsMax)) {
    const auto leg = leg_of(each);
    if (!leg) return problem_response(*each.problem());
    american = american || leg->kind == LegKind::American;
    legs.push_back(*leg);
  }
  columns.finish();
  const std::size_t cells = spots.size() * volatilities.size() * days.size() * legs.size();
  const std::size_t cells_max = american ? kCellsMax / 5 : kCellsMax;
  if (cells > cells_max)
    columns.refuse(
        "/spot_moves", cells,
        "spot moves x volatility moves x days x legs of at most " + std::to_string(cells_max));
  if (columns.problem()) return problem_response(*columns.problem());
  const auto position = sq::options::position_greeks(market, legs);
  const auto grid = sq::options::scenario_grid(market, legs, {spots, volatilities, days});
  if (!position || !grid) {
    const auto error = position ? grid.error() : position.error();
    columns.refuse("/legs", nullptr,
                   "legs that can be valued at every cell; reason: " + std::string{text_of(error)});
    return problem_response(*columns.problem());
  }
  json::object out{{"position", position_json(*position)}, {"profit", grid_json(*grid)}};
  return finished(std::move(out), id, begin);
}

std::vector<Route> routes() {
  const auto post = [](net::HttpResponse (*handler)(const net::HttpRequest&)) {
    return
        [handler](const net::HttpRequest& request, std::string_view) { return handler(request); };
  };
  return {{"POST", "/api/v1/options/price", Access::Read,
           "Option prices, one or many rows; engine/admin/options/README.md.", post(price)},
          {"POST", "/api/v1/options/greeks", Access::Read, "Prices and Greeks.", post(greeks)},
          {"POST", "/api/v1/options/implied-vol", Access::Read, "Implied volatilities from prices.",
           post(implied_vol)},
          {"POST", "/api/v1/options/scenario", Access::Read,
           "Greeks of a position, and its profit over spot, volatility and time.", post(scenario)},
          {"POST", "/api/v1/options/surface", Access::Read,
           "A volatility surface fitted to a chain of quotes, and what it says.", post(surface)},
          {"GET", "/api/v1/options/schema", Access::Read, "These requests as a JSON schema.",
           [](const net::HttpRequest&, std::string_view) { return schema(); }}};
}
}  // namespace sq::admin::options
