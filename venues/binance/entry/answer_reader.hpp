// Reads what Binance answers to requests and what it tells by itself, spot and USD-M.
// Thread: the venue's. Cost: a pass of simdjson; no allocation once its buffers have grown. Errors:
// empty, or Malformed: what must be there is missing, doubled or does not fit. Nothing is guessed.
// Source: protocol facts of binance_spot 8 to 10, binance_futures 5 to 8.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types/instrument.hpp"
#include "venues/binance/entry/told.hpp"
#include "venues/binance/rate_governor.hpp"
#include "venues/binance/symbols.hpp"

namespace sq::binance {
class AnswerReader {
 public:
  // `instance`: of the wire ids of this engine.
  AnswerReader(VenueId venue, std::vector<Instrument> instruments, std::string instance);
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  // Frames. Counts of `rateLimits` go to `governor`.
  [[nodiscard]] const Incoming& read_frame(std::string_view text, RateGovernor& governor,
                                           WallTime now);

  // Bodies of REST answers.
  [[nodiscard]] VenueAnswer read_error(int status, std::string_view body);
  [[nodiscard]] std::optional<ToldOrder> read_order(std::string_view body);
  // Orders of instruments that are not ours are left out.
  [[nodiscard]] bool read_orders(std::string_view body, std::vector<ToldOrder>& orders);
  // Of one symbol. `last_id`: the largest id, `count` the rows, before any is left out.
  [[nodiscard]] bool read_trades(std::string_view body, std::vector<ToldTrade>& trades,
                                 std::uint64_t& last_id, std::size_t& count);
  [[nodiscard]] std::optional<WallTime> read_time(std::string_view body);
  [[nodiscard]] bool read_account(std::string_view body, ToldAccount& account);
  [[nodiscard]] std::optional<std::string> read_text(std::string_view body, std::string_view key);

  [[nodiscard]] const std::vector<Instrument>& instruments() const noexcept { return instruments_; }
  [[nodiscard]] const Instrument* find(InstrumentId id) const noexcept;

 private:
  struct Parser;
  class Words;
  void read_answer(const Words& frame, RateGovernor& governor, WallTime now);
  void read_event(const Words& event);
  void read_execution(const Words& event, WallTime at);

  VenueId venue_;
  std::vector<Instrument> instruments_;
  std::string instance_;
  SymbolTable symbols_;
  std::vector<Currency> currencies_;  // whose balances matter
  std::unique_ptr<Parser> parser_;
  Incoming incoming_;
};
}  // namespace sq::binance
