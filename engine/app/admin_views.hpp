// What the admin port shows, as JSON and as metrics.
// Thread: the admin's. Cost: cold. Errors: unknown names give 404, bad values 400 with what is
// accepted.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/app/engine_run.hpp"
#include "engine/app/ledger_view.hpp"
#include "engine/book/top_snapshot.hpp"

namespace sq::app {
class AdminViews {
 public:
  explicit AdminViews(EngineRun& run);

  void catch_up() { view_.catch_up(); }
  [[nodiscard]] const LedgerView& view() const noexcept { return view_; }
  [[nodiscard]] LedgerView& view() noexcept { return view_; }
  // Into the view's gate, so that what is in use of limits can be valued.
  void refresh_prices();

  [[nodiscard]] boost::json::object instruments() const;
  [[nodiscard]] boost::json::object books();
  // Measures of the instruments that are measured; of one of them when `instrument` is not empty.
  [[nodiscard]] boost::json::object microstructure(std::string_view instrument);
  [[nodiscard]] boost::json::object orders(bool all, std::size_t limit) const;
  // Everything the log says about one order; empty object: no such order.
  [[nodiscard]] boost::json::object order(std::string_view id) const;
  [[nodiscard]] boost::json::object fills(std::size_t limit) const;
  [[nodiscard]] boost::json::object positions();
  [[nodiscard]] boost::json::object pnl();
  [[nodiscard]] boost::json::object strategies() const;
  [[nodiscard]] boost::json::object latency() const;
  [[nodiscard]] boost::json::object breakers() const;
  [[nodiscard]] boost::json::object kill() const;
  [[nodiscard]] boost::json::object archive() const;
  // Records after a sequence, at most `limit`, as the JSON text of an object.
  [[nodiscard]] std::string log_tail(std::uint64_t after, std::size_t limit) const;
  [[nodiscard]] std::string metrics();

  // Middles of the books now; of one without a price the last; 0: never had any.
  [[nodiscard]] std::vector<Price> marks();

 private:
  void refresh_tops();

  EngineRun& run_;
  LedgerView view_;
  struct Top {
    std::uint64_t number{0};  // of the view; 0: none yet
    book::TopView view;
  };
  std::vector<Top> tops_;
  std::vector<Price> marks_;
};

[[nodiscard]] std::string order_id_text(OrderId id);  // "epoch.counter"
[[nodiscard]] bool parse_order_id(std::string_view text, OrderId& id);
[[nodiscard]] std::string time_text(WallTime at);     // ISO 8601 UTC with nanoseconds
}  // namespace sq::app
