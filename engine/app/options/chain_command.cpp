#include "engine/app/options/chain_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "engine/admin/options/surface_json.hpp"
#include "engine/app/commands.hpp"
#include "engine/app/moment_text.hpp"
#include "engine/app/options/chain_files.hpp"
#include "engine/app/options/surface_chart.hpp"
#include "engine/options/surface/fitted_surface.hpp"

namespace sq::app {
namespace {
using sq::options::FittedSlice;
using sq::options::FittedSurface;
using sq::options::SmileModel;

int refused(const std::string& sentence) {
  fmt::print(stderr, "shrivenquant: {}\n", sentence);
  return 2;
}
void progress(const std::string& what) { fmt::print(stderr, "{}\n", what); }

std::string date_of(WallTime moment) { return admin::options::instant_text(moment).substr(0, 10); }

// The settings, or the sentence that says what is wrong with them.
std::expected<sq::options::SmileSettings, std::string> settings_of(const ChainArguments& a) {
  sq::options::SmileSettings out;
  if (a.model == "svi")
    out.model = sq::options::SmileModel::Svi;
  else if (a.model == "ssvi")
    out.model = sq::options::SmileModel::Ssvi;
  else if (a.model == "sabr")
    out.model = sq::options::SmileModel::Sabr;
  else
    return std::unexpected{"--model = \"" + a.model + "\": accepted: svi, ssvi, sabr"};
  const std::string& e = a.enforce;
  if (!e.empty() && e != "none" && e != "butterfly" && e != "calendar" && e != "both")
    return std::unexpected{"--enforce = \"" + e + "\": accepted: none, butterfly, calendar, both"};
  if (out.model == sq::options::SmileModel::Sabr && !e.empty() && e != "none")
    return std::unexpected{"--enforce = \"" + e + "\": accepted for sabr: none"};
  out.no_butterfly = e.empty() || e == "both" || e == "butterfly";
  out.no_calendar = e.empty() || e == "both" || e == "calendar";
  if (a.beta && out.model != sq::options::SmileModel::Sabr)
    return std::unexpected{std::string{"--beta: accepted for sabr only"}};
  out.beta = a.beta.value_or(1.0);
  if (!(out.beta >= 0) || out.beta > 1)
    return std::unexpected{fmt::format("--beta = {}: accepted: 0 to 1", out.beta)};
  if (!a.chart.empty() && a.chart.extension() != ".html" && a.chart.extension() != ".svg")
    return std::unexpected{"--chart = " + a.chart.string() + ": accepted: a .html or .svg file"};
  return out;
}

bool fine(const sq::options::FittedSlice& slice) {
  return slice.butterfly.free() && slice.calendar.free();
}
std::string arbitrage_text(const sq::options::FittedSlice& slice) {
  if (fine(slice)) return "none";
  std::string text;
  if (!slice.butterfly.free()) {
    text = slice.butterfly.wing_slope > 2
               ? fmt::format("wing slope {:.2f}", slice.butterfly.wing_slope)
               : fmt::format("butterfly g {:.3f}", slice.butterfly.g_min);
  }
  if (!slice.calendar.free()) {
    text += text.empty() ? "" : ", ";
    text += fmt::format("calendar {:.1e}", slice.calendar.fall_max);
  }
  return text;
}

void print_expiries(const sq::options::FittedSurface& surface, const ChainArguments& a) {
  fmt::print("{:<11} {:>7} {:>7} {:>11} {:>7} {:>7} {:>7} {:>8} {:>8} {:>7}  {}\n", "expiry",
             "days", "strikes", "forward", "rate %", "yield %", "vol %", "fit rms", "fit max",
             "inside", "arbitrage");
  for (const sq::options::FittedSlice& slice : surface.slices()) {
    const options::Slice& s = slice.quotes;
    if (!a.expiry.empty() && date_of(s.expiry) != a.expiry) continue;
    const bool spreads = !s.from_quoted_volatility && s.error.spreads > 0;
    fmt::print(
        "{:<11} {:>7.2f} {:>7} {:>11.2f} {:>7.2f} {:>7.2f} {:>7.2f} {:>8.3f} {:>8.3f} {:>7}  {}\n",
        date_of(s.expiry), s.years * 365, s.points.size(), s.forward.forward, s.forward.rate * 100,
        s.forward.implied_yield(surface.quotes().spot(), s.years) * 100, slice.volatility * 100,
        s.error.volatility * 100, slice.error_max * 100,
        spreads ? fmt::format("{:.0f} %", s.error.inside * 100) : std::string{"-"},
        arbitrage_text(slice));
  }
  fmt::print(
      "strikes: out-of-the-money quotes used; vol: at the forward; fit: fitted less mid, "
      "volatility points; inside: share between bid and ask\n");
}

void print_options(const sq::options::FittedSurface& surface,
                   const sq::options::FittedSlice& slice) {
  const options::Slice& s = slice.quotes;
  fmt::print("\n{}, {:.2f} days, forward {:.2f}\n", date_of(s.expiry), s.years * 365,
             s.forward.forward);
  fmt::print("{:>11} {:<4} {:>7} {:>7} {:>7} {:>7} {:>12} {:>7} {:>11} {:>10} {:>10}\n", "strike",
             "type", "bid %", "mid %", "ask %", "fit %", "price", "delta", "gamma", "vega",
             "theta");
  for (const options::SlicePoint& p : s.points) {
    const auto g = surface.greeks(p.type, p.strike, s.years);
    fmt::print("{:>11.6g} {:<4} {:>7.2f} {:>7.2f} {:>7.2f} {:>7.2f} ", p.strike,
               p.type == options::OptionType::Call ? "call" : "put", p.bid * 100, p.mid * 100,
               p.ask * 100, p.fitted * 100);
    if (g) {
      fmt::print("{:>12.4f} {:>7.4f} {:>11.4e} {:>10.4f} {:>10.4f}\n", g->price, g->delta, g->gamma,
                 g->vega / 100, g->theta / 365);
    } else {
      fmt::print("{}\n", options::text_of(g.error()));
    }
  }
}

void print_refusals(const sq::options::FittedSurface& surface) {
  std::string text;
  for (std::size_t i = 0; i < options::kQuoteRefusals; ++i) {
    const auto reason = static_cast<options::QuoteRefusal>(i);
    const std::size_t count = surface.quotes().refused(reason);
    if (count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", count, options::text_of(reason));
  }
  fmt::print("quotes not used: {}\n", text.empty() ? "none" : text);
  for (const options::Skipped& skipped : surface.quotes().skipped())
    fmt::print("not fitted: {}, {} usable quotes\n", date_of(skipped.expiry), skipped.quotes);
}

std::string known_expiries(const sq::options::FittedSurface& surface) {
  std::string text;
  for (const sq::options::FittedSlice& slice : surface.slices()) {
    text += text.empty() ? "" : ", ";
    text += date_of(slice.quotes.expiry);
  }
  return text;
}

void write_json(const sq::options::FittedSurface& surface, const options::Chain& chain,
                const ChainArguments& a) {
  boost::json::object out = admin::options::surface_json(surface, {.points = true});
  out["file"] = a.file.filename().string();
  out["underlying"] = chain.underlying;
  out["time"] = admin::options::instant_text(chain.time);
  out["prices"] = chain.inverse ? "coins" : "currency";
  write_file(a.json, boost::json::serialize(out) + "\n");
}

void print_all(const sq::options::FittedSurface& surface, const options::Chain& chain,
               const ChainArguments& a) {
  fmt::print("{}: {} quotes{} at {}, spot {:.2f}, {} of {} expiries fitted with {}\n",
             chain.underlying, chain.quotes.size(), chain.inverse ? " in coins" : "",
             admin::options::instant_text(chain.time), chain.spot, surface.slices().size(),
             surface.slices().size() + surface.quotes().skipped().size(), a.model);
  if (surface.ssvi()) {
    fmt::print("ssvi: rho {:.4f}, eta {:.4f}, gamma {:.4f}\n", surface.ssvi()->rho,
               surface.ssvi()->eta, surface.ssvi()->gamma);
  }
  print_expiries(surface, a);
  print_refusals(surface);
  if (!a.options && a.expiry.empty()) return;
  for (const sq::options::FittedSlice& slice : surface.slices())
    if (a.expiry.empty() || date_of(slice.quotes.expiry) == a.expiry) print_options(surface, slice);
  fmt::print(
      "\nprice in currency; delta and gamma by the forward; vega per volatility point, theta "
      "per day\n");
}
}  // namespace

int options_chain_command(const ChainArguments& a) {
  const auto smile = settings_of(a);
  if (!smile) return refused(smile.error());
  ChainFileOptions how;
  if (!a.time.empty()) how.time = parse_moment(a.time, WallTime{});
  const auto chain = read_chain(a.file, how);
  if (!chain) return refused(chain.error());
  std::set<std::int64_t> expiries;
  for (const options::ChainQuote& quote : chain->quotes) expiries.insert(quote.expiry.ns);
  progress(fmt::format("{}: {} quotes of {} expiry dates; fitting", a.file.filename().string(),
                       chain->quotes.size(), expiries.size()));
  options::SurfaceSettings settings;
  settings.no_butterfly = smile->no_butterfly;
  settings.no_calendar = smile->no_calendar;
  settings.rate = a.rate;
  auto quotes = options::Surface::build(*chain, settings);
  if (!quotes) {
    return refused(a.file.string() +
                   ": no expiry has enough usable quotes; expected at least 6 out of the money "
                   "with bid and ask, and calls and puts of the same strikes");
  }
  const auto surface = sq::options::FittedSurface::fit(std::move(*quotes), *smile);
  if (!surface) {
    return refused(fmt::format("--model = {}: does not fit {}: {}", a.model, a.file.string(),
                               options::text_of(surface.error())));
  }
  const auto& slices = surface->slices();
  const bool there =
      std::any_of(slices.begin(), slices.end(), [&](const sq::options::FittedSlice& slice) {
        return date_of(slice.quotes.expiry) == a.expiry;
      });
  if (!a.expiry.empty() && !there) {
    return refused(fmt::format("--expiry = {}: accepted: {}", a.expiry, known_expiries(*surface)));
  }
  print_all(*surface, *chain, a);
  if (!a.json.empty()) {
    write_json(*surface, *chain, a);
    progress("written: " + a.json.string());
  }
  if (!a.chart.empty()) {
    const std::string title =
        fmt::format("{} options, {}", chain->underlying, admin::options::instant_text(chain->time));
    if (!write_surface_chart(*surface, title, a.chart)) {
      fmt::print(stderr, "shrivenquant: cannot write {}\n", a.chart.string());
      return 1;
    }
    progress("written: " + a.chart.string());
  }
  return 0;
}
}  // namespace sq::app
