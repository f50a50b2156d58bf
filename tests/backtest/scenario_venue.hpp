// The words of a scenario that say what a venue does beyond matching:
//   venue usdm orders10 300 orders1m 1200 weight 2400 ban 10 volume 5000000 discount BNB 600 100000
//   market 0 leverage 20 isolated brackets 50000:4000:125,600000:5000:100 liquidation 0.0125
//            rate 0.0001 hours 8 up 1050000 down 950000 open 200 impact 10 5
//   outage usdm BTCUSDT halt 100 200        (from and to in microseconds; * is every symbol)
//   set impact linear|root HALF-LIFE-US
#pragma once

#include <sstream>

#include "engine/backtest/venue_tables.hpp"
#include "tests/backtest/scenario_words.hpp"

namespace sq::test {
inline std::uint32_t count_of(const std::string& text) {
  return static_cast<std::uint32_t>(std::stoul(text));
}

inline void venue_words(Words& words, settings::Simulation& model) {
  settings::SimulatedVenue venue;
  venue.venue = venue_named(words.next());
  while (!words.empty()) {
    const std::string key = words.next();
    const std::string value = words.next();
    if (key == "orders10") {
      venue.orders_10s = count_of(value);
    } else if (key == "orders1m") {
      venue.orders_1m = count_of(value);
    } else if (key == "orders1d") {
      venue.orders_1d = count_of(value);
    } else if (key == "weight") {
      venue.weight_1m = count_of(value);
    } else if (key == "ban") {
      venue.ban_after = count_of(value);
    } else if (key == "volume") {
      venue.volume_30d = std::stoll(value);
      venue.fee_tiers = backtest::fee_tiers_of(venue.venue);
    } else if (key == "discount") {
      venue.discount_currency = currency_named(value);
      venue.discount_price = decimal<Price>(words.next());
      venue.discount_ppm = count_of(words.next());
    } else {
      throw std::runtime_error("unknown venue word '" + key + "'");
    }
  }
  model.venues.push_back(venue);
}

inline std::vector<settings::LeverageBracket> brackets_in(const std::string& text) {
  std::vector<settings::LeverageBracket> brackets;
  std::istringstream in{text};
  for (std::string each; std::getline(in, each, ',');) {
    settings::LeverageBracket bracket;
    char colon = 0;
    std::istringstream parts{each};
    parts >> bracket.cap >> colon >> bracket.maintenance_ppm >> colon >> bracket.leverage_max;
    brackets.push_back(bracket);
  }
  return brackets;
}

inline void market_words(Words& words, settings::Simulation& model,
                         const std::vector<Instrument>& instruments) {
  const Instrument& of = instruments.at(count_of(words.next()));
  settings::SimulatedInstrument market;
  market.venue = of.venue;
  market.symbol = of.symbol;
  while (!words.empty()) {
    const std::string key = words.next();
    if (key == "isolated") {
      market.mode = MarginMode::Isolated;
      continue;
    }
    const std::string value = words.next();
    if (key == "leverage") {
      market.leverage = count_of(value);
    } else if (key == "brackets" && value == "btc") {
      Instrument btc = of;
      btc.symbol = Symbol{"BTCUSDT"};
      market.brackets = backtest::brackets_of(btc);
    } else if (key == "brackets") {
      market.brackets = brackets_in(value);
    } else if (key == "liquidation") {
      market.liquidation_fee = decimal<Ratio>(value);
    } else if (key == "rate") {
      market.funding_rate = decimal<Ratio>(value);
    } else if (key == "hours") {
      market.funding_interval_h = count_of(value);
    } else if (key == "up") {
      market.price_up_ppm = count_of(value);
    } else if (key == "down") {
      market.price_down_ppm = count_of(value);
    } else if (key == "open") {
      market.open_orders_max = count_of(value);
    } else if (key == "impact") {
      market.impact_bps = count_of(value);
      market.impact_qty = decimal<Qty>(words.next());
    } else {
      throw std::runtime_error("unknown market word '" + key + "'");
    }
  }
  model.instruments.push_back(market);
}

inline void outage_words(Words& words, settings::Simulation& model) {
  settings::Outage outage;
  outage.venue = venue_named(words.next());
  if (const std::string symbol = words.next(); symbol != "*") outage.symbol = Symbol{symbol};
  const std::string kind = words.next();
  if (kind != "halt" && kind != "maintenance")
    throw std::runtime_error("an outage is halt or maintenance, not '" + kind + "'");
  outage.kind = kind == "halt" ? settings::OutageKind::Halt : settings::OutageKind::Maintenance;
  outage.from = WallTime{std::stoll(words.next()) * kNsPerUs};
  outage.to = WallTime{std::stoll(words.next()) * kNsPerUs};
  model.outages.push_back(outage);
}

inline void impact_words(const std::string& kind, Words& words, settings::Simulation& model) {
  model.impact =
      kind == "linear" ? settings::ImpactModel::Linear : settings::ImpactModel::SquareRoot;
  model.impact_half_life_ns = std::stoll(words.next()) * kNsPerUs;
}

// set queue MODEL [POWER] | set impact ... | set PART off
inline void model_words(const std::string& name, const std::string& value, Words& words,
                        settings::Simulation& model) {
  if (name == "queue") {
    if (value == "pessimistic")
      model.queue_model = settings::QueueModel::Pessimistic;
    else if (value == "proportional")
      model.queue_model = settings::QueueModel::Proportional;
    else if (value == "power")
      model.queue_model = settings::QueueModel::Power;
    else
      throw std::runtime_error("unknown queue model '" + value + "'");
    if (!words.empty()) model.queue_power = static_cast<std::uint32_t>(std::stoul(words.next()));
    return;
  }
  if (name == "impact") return impact_words(value, words, model);
  if (value != "off") throw std::runtime_error("only 'off' can be set");
  if (name == "exact")
    model.exact_queue = false;
  else if (name == "consumed")
    model.consumed_depth = false;
  else if (name == "partial")
    model.partial_fills = false;
  else if (name == "fees")
    model.fees = false;
  else if (name == "margin")
    model.margin = false;
  else if (name == "funding")
    model.funding = false;
  else if (name == "rates")
    model.rate_limits = false;
  else if (name == "filters")
    model.filters = false;
  else
    throw std::runtime_error("unknown setting '" + name + "'");
}
}  // namespace sq::test
