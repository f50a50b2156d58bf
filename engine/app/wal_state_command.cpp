// What a log adds up to: the engine's own fold of the order log, as recovery does it.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "engine/app/admin_views.hpp"
#include "engine/app/commands.hpp"
#include "engine/app/ledger_view.hpp"
#include "engine/app/preamble.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
settings::Config config_in(const std::filesystem::path& log_dir) {
  wal::ReaderOptions options;
  options.feed = false;
  wal::Reader reader{log_dir, options};
  while (const RecordHeader* record = reader.next())
    if (record->kind == RecordKind::ConfigLoaded)
      return settings::parse(config_text(*record), log_dir.string() + " (ConfigLoaded)", log_dir);
  throw std::runtime_error(log_dir.string() + ": the log has no configuration");
}
std::string money(std::int64_t raw) { return to_text(Int128{raw}, Amount::kDecimals); }

boost::json::array orders_json(const core::Ledger& ledger) {
  std::map<std::uint64_t, boost::json::value> by_id;
  ledger.orders().pool().for_each([&](const oms::Order& order) {
    if (!order.working()) return;
    by_id[order.request.id.value] = boost::json::object{{"id", order_id_text(order.request.id)},
                                                        {"state", text_of(order.state)},
                                                        {"filled", to_text(order.filled)}};
  });
  boost::json::array rows;
  for (auto& [id, row] : by_id) rows.push_back(std::move(row));
  return rows;
}
}  // namespace

int wal_state_command(const std::filesystem::path& log_dir, const std::filesystem::path& json) {
  const settings::Config config = config_in(log_dir);
  LedgerView view{config, log_dir, LedgerView::Limits::Without};
  view.catch_up();
  if (!view.problem().empty()) throw std::runtime_error(log_dir.string() + ": " + view.problem());
  const core::Ledger& ledger = view.ledger();
  boost::json::array positions;
  const auto& portfolio = ledger.portfolio();
  for (std::size_t s = 0; s <= config.strategies.size(); ++s) {
    const bool own = s < config.strategies.size();
    const StrategyId id = own ? StrategyId{static_cast<std::uint16_t>(s)} : kNoStrategy;
    for (const Instrument& instrument : portfolio.instruments()) {
      const auto& books = portfolio.ledger(id, instrument.id);
      if (books.fills == 0) continue;
      positions.push_back(
          boost::json::object{{"strategy", own ? config.strategies[s].name : "unallocated"},
                              {"instrument", instrument_name(instrument)},
                              {"qty", to_text(books.position.qty())},
                              {"cost", money(books.position.cost())},
                              {"realised", money(books.position.realised())},
                              {"cash", money(books.cash)},
                              {"fees", money(books.fees)},
                              {"fills", books.fills}});
    }
  }
  const boost::json::object state{{"epoch", ledger.epoch()},
                                  {"last_sequence", ledger.last_sequence()},
                                  {"kill_latched", ledger.kill_latched()},
                                  {"sent", ledger.counters().orders_sent},
                                  {"fills", ledger.counters().fills},
                                  {"orders", orders_json(ledger)},
                                  {"positions", positions}};
  fmt::print("epoch {}, {} orders sent, {} fills, {} working{}\n", ledger.epoch(),
             ledger.counters().orders_sent, ledger.counters().fills,
             ledger.orders().pool().working(), ledger.kill_latched() ? ", KILL LATCHED" : "");
  for (const auto& row : positions)
    fmt::print("  {}\n", boost::json::serialize(row));
  for (const auto& row : state.at("orders").as_array())
    fmt::print("  {}\n", boost::json::serialize(row));
  if (!json.empty()) write_file(json, boost::json::serialize(state) + "\n");
  return 0;
}
}  // namespace sq::app
