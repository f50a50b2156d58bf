#include "engine/backtest/venue_assumptions.hpp"

#include "engine/backtest/venue_tables.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::backtest {
namespace {
void append(std::string& text, std::string_view part) {
  if (!text.empty()) text.append("; ");
  text.append(part);
}
const settings::SimulatedInstrument* entry_of(const settings::Simulation& model,
                                              const Instrument& instrument) noexcept {
  for (const auto& each : model.instruments) {
    if (each.venue == instrument.venue && each.symbol == instrument.symbol) return &each;
  }
  return nullptr;
}
std::string name_of(const Instrument& instrument) {
  std::string name{text_of(instrument.venue)};
  name.append(" ").append(instrument.symbol.view());
  return name;
}
bool derivative(const Instrument& instrument) noexcept {
  return instrument.kind != InstrumentKind::Spot && instrument.kind != InstrumentKind::Equity;
}

std::string margin_text(const settings::Simulation& model,
                        std::span<const Instrument> instruments) {
  if (!model.margin) return "OFF: derivatives need no money and are never liquidated";
  std::string text;
  for (const Instrument& instrument : instruments) {
    if (!derivative(instrument)) continue;
    const auto* entry = entry_of(model, instrument);
    std::string line = name_of(instrument);
    if (entry == nullptr || entry->brackets.empty()) {
      line.append(": none, no brackets are known (OFF)");
    } else {
      line.append(": ").append(std::to_string(entry->leverage)).append("x ");
      line.append(entry->mode == MarginMode::Isolated ? "isolated" : "cross").append(", ");
      line.append(entry->brackets == brackets_of(instrument) ? brackets_name(instrument)
                                                             : std::string_view{"its own table"});
      line.append(", liquidation fee ").append(to_text(entry->liquidation_fee));
    }
    append(text, line);
  }
  if (text.empty()) return "no derivatives";
  return text.append(
      "; liquidated at the mark, the rest taken over at the bankruptcy price; "
      "auto-deleveraging is not modelled");
}

std::string funding_text(const settings::Simulation& model,
                         std::span<const Instrument> instruments) {
  if (!model.funding) return "OFF";
  std::string text = "at the times and rates of the feed's marks";
  for (const Instrument& instrument : instruments) {
    if (instrument.kind != InstrumentKind::LinearPerpetual &&
        instrument.kind != InstrumentKind::InversePerpetual)
      continue;
    const auto* entry = entry_of(model, instrument);
    std::string line = name_of(instrument);
    if (entry != nullptr && entry->funding_rate) {
      line.append(": without them ").append(to_text(*entry->funding_rate)).append(" every ");
      line.append(std::to_string(entry->funding_interval_h))
          .append(" h at the middle of the touch");
    } else {
      line.append(": without them none (OFF)");
    }
    append(text, line);
  }
  return text;
}

std::string limit_text(std::uint32_t limit, std::string_view what) {
  return limit == 0 ? std::string{} : std::to_string(limit).append(" ").append(what);
}
std::string rates_text(const settings::Simulation& model) {
  if (!model.rate_limits) return "OFF";
  std::string text;
  for (const settings::SimulatedVenue& venue : model.venues) {
    std::string line{text_of(venue.venue)};
    for (const std::string& part :
         {limit_text(venue.orders_10s, "orders in 10 s"), limit_text(venue.orders_1m, "a minute"),
          limit_text(venue.orders_1d, "a day"),
          limit_text(venue.weight_1m, "request weight a minute")}) {
      if (!part.empty()) line.append(", ").append(part);
    }
    append(text, line);
  }
  return text.empty() ? "none are known (OFF)" : text;
}

std::string tiers_text(const settings::Simulation& model) {
  std::string text;
  for (const settings::SimulatedVenue& venue : model.venues) {
    if (!venue.volume_30d) continue;
    std::string line{text_of(venue.venue)};
    line.append(": from a 30-day volume of ").append(std::to_string(*venue.volume_30d));
    append(text, line);
  }
  return text.empty() ? "OFF: each instrument's own fees" : text;
}

std::string impact_text(const settings::Simulation& model) {
  if (model.impact == settings::ImpactModel::None)
    return "none: the recorded market does not react to our orders (OFF)";
  std::string text = model.impact == settings::ImpactModel::Linear ? "linear" : "square root";
  text.append(" of what we took, half of it forgotten in ");
  text.append(to_text(Int128{model.impact_half_life_ns / 1'000}, 3)).append(" ms");
  for (const settings::SimulatedInstrument& each : model.instruments) {
    if (each.impact_bps == 0) continue;
    std::string line{each.symbol.view()};
    line.append(": ").append(std::to_string(each.impact_bps)).append(" bps for ");
    line.append(to_text(each.impact_qty));
    append(text, line);
  }
  return text.append("; strategies see the market as recorded");
}
}  // namespace

void venue_assumptions(const settings::Simulation& model, std::span<const Instrument> instruments,
                       std::vector<Assumption>& list) {
  list.push_back({"fee tiers", tiers_text(model)});
  list.push_back({"margin and liquidation", margin_text(model, instruments)});
  list.push_back({"funding", funding_text(model, instruments)});
  list.push_back({"rate limits", rates_text(model)});
  list.push_back({"market impact", impact_text(model)});
  list.push_back({"outages", model.outages.empty()
                                 ? std::string{"none (OFF)"}
                                 : std::to_string(model.outages.size()) + " as scheduled"});
}
}  // namespace sq::backtest
