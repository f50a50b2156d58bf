// Simulation: what a run takes for granted, in words.
#include <algorithm>
#include <map>

#include "engine/backtest/simulation.hpp"
#include "engine/backtest/venue_assumptions.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::backtest {
namespace {
std::string us(std::int64_t ns) { return to_text(Int128{ns}, 3) + " us"; }
std::string ms(std::int64_t ns) { return to_text(Int128{ns / 1'000}, 3) + " ms"; }
std::string percent(Ratio rate) { return to_text(Int128{rate.raw()}, 7) + " %"; }

std::string feed_text(const settings::Simulation& model) {
  switch (model.feed_latency) {
    case settings::FeedLatency::None:
      return "none: the exchange stands where the engine is (OFF)";
    case settings::FeedLatency::Constant:
      return "constant: the exchange saw each record " + us(model.feed_latency_ns) +
             " before the engine";
    case settings::FeedLatency::Recorded:
      return "recorded: receive time - venue time - clock offset, the fastest record taken to be " +
             us(model.feed_latency_ns) +
             " old; records without a venue time: the last of their source";
  }
  return {};
}

std::string clock_text(const ClockOffset& offset, std::int64_t floor_ns) {
  std::vector<std::int64_t> sample = offset.previewed();
  if (sample.empty()) return "no venue time seen before the run: offset unknown, taken as it comes";
  std::sort(sample.begin(), sample.end());
  const std::int64_t estimate = sample.front() - floor_ns;
  const auto quantile = [&](std::size_t percent_of) {
    return ms(sample[(sample.size() - 1) * percent_of / 100] - estimate);
  };
  std::string text = "our clock - venue clock = " + ms(estimate) + ", estimated from the first " +
                     std::to_string(sample.size()) + " records; feed latency there p50 " +
                     quantile(50) + ", p99 " + quantile(99) + ", max " + quantile(100);
  if (offset.used())
    text += "; followed during the run between " + ms(offset.lowest_ns()) + " and " +
            ms(offset.highest_ns());
  return text;
}

std::string order_latency_text(const settings::Simulation& model) {
  if (model.order_latency_table.empty()) {
    const bool none = model.order_latency_ns == 0 && model.report_latency_ns == 0;
    return none ? "none (OFF)"
                : "constant: requests " + us(model.order_latency_ns) + ", reports " +
                      us(model.report_latency_ns);
  }
  const auto& table = model.order_latency_table;
  return "drawn from a table of " + std::to_string(table.size()) + " quantiles: requests " +
         us(table.front().order_ns) + " to " + us(table.back().order_ns) + ", reports " +
         us(table.front().report_ns) + " to " + us(table.back().report_ns) +
         "; nothing overtakes on a venue's connection";
}

std::string queue_text(const settings::Simulation& model) {
  switch (model.queue_model) {
    case settings::QueueModel::Pessimistic:
      return "pessimistic: behind all that is displayed; only trades at the price move us forward";
    case settings::QueueModel::Proportional:
      return "proportional: cancels are spread evenly over the queue";
    case settings::QueueModel::Power:
      return "power " + std::to_string(model.queue_power) +
             ": cancels ahead in the ratio ahead^n / (ahead^n + behind^n), expected value";
  }
  return {};
}

// "0.02 % maker, 0.05 % taker: BTCUSDT, ETHUSDT; ..."
std::string fees_text(const std::vector<Instrument>& instruments) {
  std::map<std::string, std::string> by_rate;
  for (const Instrument& instrument : instruments) {
    std::string& names = by_rate[percent(instrument.maker_fee) + " maker, " +
                                 percent(instrument.taker_fee) + " taker"];
    names += (names.empty() ? "" : ", ") + std::string{text_of(instrument.venue)} + " " +
             std::string{instrument.symbol.view()};
  }
  std::string text;
  for (const auto& [rate, names] : by_rate)
    text += (text.empty() ? "" : "; ") + rate + ": " + names;
  return text +
         "; spot in the asset received, cut off at 1e-8; others in the settlement currency, "
         "rounded up";
}
}  // namespace

std::vector<Assumption> Simulation::assumptions() const {
  const settings::Simulation& model = settings_.model;
  std::vector<Assumption> list;
  list.push_back({"feed latency", feed_text(model)});
  if (model.feed_latency == settings::FeedLatency::Recorded) {
    for (const OrderLink& link : links_) {
      list.push_back(
          {"clock of " + std::string{text_of(link.venue())},
           clock_text(offsets_[static_cast<std::size_t>(link.venue())], model.feed_latency_ns)});
    }
  }
  std::uint64_t backwards = 0;
  std::uint64_t moved = 0;
  for (const Feed& feed : feeds_) {
    backwards += feed.backwards;
    moved += feed.clock.moved();
  }
  if (backwards + moved != 0) {
    list.push_back(
        {"time order",
         std::to_string(backwards) + " records were received before their predecessor, " +
             std::to_string(moved) + " would have reached the exchange before it: moved after it"});
  }
  list.push_back({"order latency", order_latency_text(model)});
  list.push_back({"queue position", queue_text(model)});
  if (std::any_of(settings_.books.begin(), settings_.books.end(),
                  [](const book::SyncSettings& book) { return book.orders_max > 0; })) {
    list.push_back({"queue position among orders",
                    model.exact_queue ? "exact, where the feed tells each order"
                                      : "OFF: by the model above, though the feed tells each order"});
  }
  list.push_back({"partial fills", model.partial_fills
                                       ? "on: never more than traded or displayed"
                                       : "OFF: resting orders fill whole at their first fill"});
  list.push_back({"consumed depth",
                  model.consumed_depth ? "on: what we took of a level is gone until the feed shows "
                                         "that the level changed"
                                       : "OFF: displayed quantity can be taken again and again"});
  list.push_back({"fees", model.fees ? fees_text(instruments_) : "OFF"});
  list.push_back({"venue filters", model.filters ? "on" : "OFF"});
  list.push_back({"balances",
                  "spot: cannot sell what is not held or pay what is not there; derivatives: see "
                  "margin"});
  list.push_back({"own orders that meet", "the resting one expires"});
  venue_assumptions(model, instruments_, list);
  return list;
}
}  // namespace sq::backtest
