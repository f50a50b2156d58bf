// Reads what Binance answers to requests and what it tells by itself, spot and USD-M.
// Thread: the venue's. Cost: a pass of simdjson; no allocation once its buffers have grown. Errors:
// empty, false, or Malformed: what must be there is missing, or does not fit. Nothing is guessed.
// Source: protocol facts of binance_spot 8 to 10, binance_futures 5 to 8; fault N17.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types/instrument.hpp"
#include "venues/binance/entry/told.hpp"
#include "venues/binance/rate_governor.hpp"
#include "venues/binance/symbols.hpp"

namespace sq::binance {
class JsonFields;

class AnswerReader {
 public:
  // `instance`: of the wire ids of this engine.
  AnswerReader(VenueId venue, std::vector<Instrument> instruments, std::string instance);
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  // Frames of the WebSocket API and of user data streams. Counts of `rateLimits` go to `governor`.
  [[nodiscard]] const Incoming& read_frame(std::string_view text, RateGovernor& governor,
                                           WallTime now);

  // Bodies of REST answers. The message of an error is valid until the next reading.
  [[nodiscard]] VenueAnswer read_error(int status, std::string_view body);
  [[nodiscard]] std::optional<ToldOrder> read_order(std::string_view body);
  // Appends; orders of instruments that are not ours are left out. `last_id`: the largest, `rows`
  // how many, before any is left out.
  [[nodiscard]] bool read_orders(std::string_view body, std::vector<ToldOrder>& orders,
                                 std::uint64_t& last_id, std::size_t& rows);
  // Answers to a batch, in the order of its requests. False: one of them cannot be read.
  [[nodiscard]] bool read_batch(std::string_view body, std::vector<BatchAnswer>& answers);
  [[nodiscard]] bool read_trades(std::string_view body, std::vector<ToldTrade>& trades,
                                 std::uint64_t& last_id, std::size_t& rows);
  [[nodiscard]] bool read_account(std::string_view body, ToldAccount& account);
  // Of instruments that are ours.
  [[nodiscard]] bool read_income(std::string_view body, std::vector<ToldIncome>& income);
  [[nodiscard]] std::optional<WallTime> read_time(std::string_view body);
  [[nodiscard]] std::optional<std::string> read_text(std::string_view body, std::string_view key);
  [[nodiscard]] std::optional<bool> read_flag(std::string_view body, std::string_view key);
  // exchangeInfo: what is not as our instruments say, naming both; "" when all is.
  [[nodiscard]] std::string differing_filters(std::string_view body);
  // exchangeInfo: the limits it tells; none of them is without a window or zero.
  [[nodiscard]] std::vector<RateLimit> read_limits(std::string_view body);

  [[nodiscard]] const std::vector<Instrument>& instruments() const noexcept { return instruments_; }
  [[nodiscard]] const Instrument* find(InstrumentId id) const noexcept;
  [[nodiscard]] VenueId venue() const noexcept { return venue_; }
  [[nodiscard]] bool spot() const noexcept { return venue_ == VenueId::BinanceSpot; }

 private:
  struct Parser;
  [[nodiscard]] OrderId id_of(std::string_view client_id) const noexcept;
  void read_answer(JsonFields& frame, RateGovernor& governor, WallTime now);
  void read_result(JsonFields& result);
  void read_event(JsonFields& event);
  void read_execution(JsonFields& order, std::string_view client_id, WallTime at);
  void read_account_update(JsonFields& event);
  [[nodiscard]] bool fill_order(JsonFields& fields, ToldOrder& order) const;
  [[nodiscard]] bool fill_trade(JsonFields& fields, ToldTrade& trade) const;

  VenueId venue_;
  std::vector<Instrument> instruments_;
  std::string instance_;
  SymbolTable symbols_;
  std::vector<Currency> currencies_;  // whose balances matter
  std::unique_ptr<Parser> parser_;
  Incoming incoming_;
};
}  // namespace sq::binance
