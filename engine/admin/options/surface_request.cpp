// POST /api/v1/options/surface: a chain of quotes in, a fitted surface out, with what is asked of
// it: a grid of volatilities, prices and Greeks of options.
#include <boost/json.hpp>
#include <cmath>
#include <set>

#include "engine/admin/options/answer.hpp"
#include "engine/admin/options/columns.hpp"
#include "engine/admin/options/handlers.hpp"
#include "engine/admin/options/surface_json.hpp"

namespace sq::admin::options {
namespace {
namespace json = boost::json;
namespace lib = sq::options;
using Clock = std::chrono::steady_clock;

constexpr WallTime kAnyTime{946'684'800LL * kNsPerSecond};  // quotes in years need no date
constexpr double kYearsMax = 100;
constexpr std::size_t kExpiriesMax = 60;
constexpr std::size_t kCellsMax = 10'000;

// Quotes of one object: one, or one a row. False: a problem, kept in `in`.
bool add_quotes(Columns& in, lib::Chain& chain, bool timed) {
  const std::vector<bool> calls = in.calls();
  const NumberColumn strike = in.number("strike");
  const bool middle = in.has("mid");
  if (middle && (in.has("bid") || in.has("ask")))
    in.refuse("/mid", nullptr, "bid and ask, or mid alone");
  const NumberColumn bid = middle ? in.number("mid") : in.number("bid");
  const NumberColumn ask = middle ? bid : in.number("ask");
  const bool dated = in.has("expiry");
  const std::vector<std::string> moments = in.texts("expiry");
  const NumberColumn years = dated ? NumberColumn{0.0} : in.number("years");
  in.finish();
  if (dated && !timed) in.refuse("/expiry", nullptr, "years, or the chain's time beside quotes");
  for (std::size_t row = 0; row < in.rows() && !in.problem(); ++row) {
    const std::string place = in.single() ? "" : "/" + std::to_string(row);
    WallTime expiry{};
    if (dated) {
      const std::string& text = moments[moments.size() == 1 ? 0 : row];
      const auto moment = parse_instant(text);
      if (!moment) in.refuse("/expiry" + place, json::string{text}, "UTC, as 2026-12-24T15:30:00Z");
      expiry = moment.value_or(WallTime{});
    } else if (!(years.at(row) >= 0) || years.at(row) > kYearsMax) {
      in.refuse("/years" + place, years.at(row), "0 to 100");
    } else {
      expiry = chain.time + static_cast<std::int64_t>(std::round(years.at(row) * 365 * kNsPerDay));
    }
    chain.quotes.push_back(
        {.type = calls[calls.size() == 1 ? 0 : row] ? lib::OptionType::Call : lib::OptionType::Put,
         .strike = strike.at(row),
         .expiry = expiry,
         .bid = bid.at(row),
         .ask = ask.at(row)});
  }
  return !in.problem();
}

// The chain of a request; empty with the problem to answer with.
std::optional<Problem> read_quotes(Columns& in, lib::Chain& chain, bool timed) {
  if (in.is_object("quotes")) {
    auto columns = in.object("quotes");
    if (!add_quotes(*columns, chain, timed)) return columns->problem();
  } else {
    for (Columns& each : in.objects("quotes", kRowsMax)) {
      if (!add_quotes(each, chain, timed)) return each.problem();
      if (!each.single()) {
        each.refuse("", nullptr, "one number a key: a quote of an array has no arrays");
        return each.problem();
      }
    }
  }
  if (in.problem()) return in.problem();
  std::set<std::int64_t> expiries;
  for (const lib::ChainQuote& quote : chain.quotes) expiries.insert(quote.expiry.ns);
  if (expiries.size() > kExpiriesMax) {
    in.refuse("/quotes", expiries.size(),
              "quotes of at most " + std::to_string(kExpiriesMax) + " expiries");
  }
  return in.problem();
}

sq::options::SmileSettings smile_settings(Columns& in) {
  sq::options::SmileSettings out;
  const std::string_view model = in.word("model", {"svi", "ssvi", "sabr"}, "svi");
  out.model = model == "svi"    ? sq::options::SmileModel::Svi
              : model == "ssvi" ? sq::options::SmileModel::Ssvi
                                : sq::options::SmileModel::Sabr;
  const auto enforced = in.words("enforce", {"butterfly", "calendar"});
  const auto has = [&](std::string_view word) {
    return std::find(enforced.begin(), enforced.end(), word) != enforced.end();
  };
  out.no_butterfly = has("butterfly");
  out.no_calendar = has("calendar");
  if (out.model == sq::options::SmileModel::Sabr && in.has("enforce") && !enforced.empty())
    in.refuse("/enforce", nullptr, "[] for sabr: its arbitrage is reported, not kept out");
  out.beta = in.number("beta", 1.0).at(0);
  if (!(out.beta >= 0) || out.beta > 1) in.refuse("/beta", out.beta, "0 to 1");
  if (out.model != sq::options::SmileModel::Sabr && in.has("beta"))
    in.refuse("/beta", out.beta, "none: only sabr has one");
  return out;
}

// Without a spot: the first expiry's forward, discounted; yields then start from nothing.
lib::Result<lib::Surface> built(lib::Chain& chain, const lib::SurfaceSettings& settings,
                                bool has_spot) {
  auto surface = lib::Surface::build(chain, settings);
  if (has_spot || !surface) return surface;
  const lib::Slice& first = surface->slices().front();
  chain.spot = first.forward.forward * first.forward.discount;
  return lib::Surface::build(chain, settings);
}

std::optional<Problem> add_grid(Columns& in, const sq::options::FittedSurface& surface,
                                json::object& out) {
  const bool by_strike = in.has("strikes");
  if (by_strike == in.has("moneyness"))
    in.refuse("", nullptr, "one of strikes and moneyness, ln(strike / forward)");
  const std::vector<double> across = in.list(by_strike ? "strikes" : "moneyness");
  const std::vector<double> years = in.list("years");
  in.finish();
  if (across.size() * years.size() > kCellsMax)
    in.refuse("/years", years.size(), "at most " + std::to_string(kCellsMax) + " cells");
  if (in.problem()) return in.problem();
  json::array rows, forwards;
  const auto number = [](const lib::Result<double>& value) {
    return value ? json::value(*value) : json::value(nullptr);
  };
  for (const double time : years) {
    const auto forward = surface.quotes().forward(time);
    json::array row;
    for (const double x : across) {
      const double strike = by_strike ? x : forward.value_or(0) * std::exp(x);
      row.emplace_back(number(surface.volatility(strike, time)));
    }
    forwards.emplace_back(number(forward));
    rows.emplace_back(std::move(row));
  }
  out["grid"] =
      json::object{{"years", json::array(years.begin(), years.end())},
                   {by_strike ? "strikes" : "moneyness", json::array(across.begin(), across.end())},
                   {"forward", std::move(forwards)},
                   {"volatility", std::move(rows)}};
  return std::nullopt;
}

std::optional<Problem> add_options(Columns& in, const sq::options::FittedSurface& surface,
                                   json::object& out) {
  const std::vector<bool> calls = in.calls();
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  in.finish();
  if (in.problem()) return in.problem();
  AnswerTable table{{"volatility", "price", "delta", "gamma", "theta", "vega", "rho"}, in.single()};
  for (std::size_t row = 0; row < in.rows(); ++row) {
    const auto type =
        calls[calls.size() == 1 ? 0 : row] ? lib::OptionType::Call : lib::OptionType::Put;
    const auto sigma = surface.volatility(strike.at(row), years.at(row));
    const auto g = surface.greeks(type, strike.at(row), years.at(row));
    if (!sigma || !g) {
      table.refuse(row, sigma ? g.error() : sigma.error());
    } else {
      table.add({*sigma, g->price, g->delta, g->gamma, g->theta, g->vega, g->rho});
    }
  }
  out["options"] = std::move(table).finish();
  return std::nullopt;
}

struct Asked {
  lib::Chain chain;
  lib::SurfaceSettings settings;
  sq::options::SmileSettings smile;
  SurfaceJson shown;
};
std::optional<Problem> read(Columns& in, Asked& asked) {
  const bool timed = in.has("time");
  const std::string time = in.text("time", instant_text(kAnyTime));
  const auto moment = parse_instant(time);
  if (!moment) in.refuse("/time", json::string{time}, "UTC, as 2026-12-24T15:30:00Z");
  asked.chain.time = moment.value_or(kAnyTime);
  asked.shown = {.dated = timed, .spot = in.has("spot")};
  asked.chain.spot = in.number("spot", 1.0).at(0);
  if (!(asked.chain.spot > 0)) in.refuse("/spot", asked.chain.spot, "above 0");
  asked.chain.inverse = in.word("prices", {"currency", "coins"}, "currency") == "coins";
  const bool has_rate = in.has("rate");
  const double rate = in.number("rate", 0.0).at(0);
  if (has_rate) asked.settings.rate = rate;
  asked.settings.spread_max = in.number("spread_max", 1.0).at(0);
  asked.smile = smile_settings(in);
  asked.settings.no_butterfly = asked.smile.no_butterfly;
  asked.settings.no_calendar = asked.smile.no_calendar;
  if (!in.single()) in.refuse("", nullptr, "one number a key outside quotes, grid and options");
  if (in.problem()) return in.problem();
  return read_quotes(in, asked.chain, timed);
}
}  // namespace

net::HttpResponse surface(const net::HttpRequest& request) {
  const Clock::time_point begin = Clock::now();
  Columns columns{request.body};
  if (columns.problem()) return problem_response(*columns.problem());
  const json::value id = columns.id();
  Asked asked;
  if (const auto problem = read(columns, asked)) return problem_response(*problem);
  auto grid = columns.object("grid");
  auto options = columns.object("options");
  columns.finish();
  if (columns.problem()) return problem_response(*columns.problem());

  auto quotes = built(asked.chain, asked.settings, asked.shown.spot);
  if (!quotes) {
    columns.refuse("/quotes", asked.chain.quotes.size(),
                   "an expiry with at least 6 out-of-the-money quotes that have bid <= ask, a "
                   "spread below spread_max, and calls and puts of the same strikes");
    return problem_response(*columns.problem());
  }
  const auto fitted = sq::options::FittedSurface::fit(std::move(*quotes), asked.smile);
  if (!fitted) {
    columns.refuse(
        "/model", json::string{text_of(asked.smile.model)},
        "a model that fits these quotes; reason: " + std::string{text_of(fitted.error())});
    return problem_response(*columns.problem());
  }
  json::object out = surface_json(*fitted, asked.shown);
  if (grid) {
    if (const auto problem = add_grid(*grid, *fitted, out)) return problem_response(*problem);
  }
  if (options) {
    if (const auto problem = add_options(*options, *fitted, out)) return problem_response(*problem);
  }
  return finished(std::move(out), id, begin);
}
}  // namespace sq::admin::options
