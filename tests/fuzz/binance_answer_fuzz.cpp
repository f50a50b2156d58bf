// Any bytes as an answer of Binance, or as an event of its user data stream, of either market: they
// are read, or refused; what is read is about our instruments, and a fill has price and quantity.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "venues/binance/entry/answer_reader.hpp"

namespace {
using namespace sq;
using namespace sq::binance;

std::vector<Instrument> instruments(VenueId venue) {
  Instrument made;
  made.id = InstrumentId{0};
  made.venue = venue;
  made.kind =
      venue == VenueId::BinanceSpot ? InstrumentKind::Spot : InstrumentKind::LinearPerpetual;
  made.symbol = Symbol{"BTCUSDT"};
  made.base = *Currency::parse("BTC");
  made.quote = made.settle = *Currency::parse("USDT");
  return {made};
}
void check(bool so) {
  if (!so) std::abort();
}
void read_all(AnswerReader& reader, std::string_view text) {
  RateGovernor governor{{{RateKind::Weight, 60 * kNsPerSecond, 6'000}}};
  const Incoming& said = reader.read_frame(text, governor, WallTime{1});
  if (said.kind == Incoming::Kind::Order || said.kind == Incoming::Kind::Ask)
    check(said.instrument == InstrumentId{0});
  if (said.kind == Incoming::Kind::Order && said.report.kind == ReportKind::Filled)
    check(said.report.side == 1 || said.report.side == 2);
  std::uint64_t last = 0;
  std::size_t rows = 0;
  std::vector<ToldOrder> orders;
  static_cast<void>(reader.read_orders(text, orders, last, rows));
  for (const ToldOrder& each : orders) check(each.instrument == InstrumentId{0});
  std::vector<ToldTrade> trades;
  static_cast<void>(reader.read_trades(text, trades, last, rows));
  for (const ToldTrade& each : trades) check(each.price > Price{} && each.qty > Qty{});
  ToldAccount account;
  static_cast<void>(reader.read_account(text, account));
  static_cast<void>(reader.read_order(text));
  static_cast<void>(reader.read_error(400, text));
  static_cast<void>(reader.read_time(text));
  static_cast<void>(reader.read_text(text, "listenKey"));
  static_cast<void>(reader.read_flag(text, "dualSidePosition"));
  static_cast<void>(reader.read_limits(text));
  static_cast<void>(reader.differing_filters(text));
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static AnswerReader spot{VenueId::BinanceSpot, instruments(VenueId::BinanceSpot), "T"};
  static AnswerReader futures{VenueId::BinanceUsdm, instruments(VenueId::BinanceUsdm), "T"};
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  read_all(spot, text);
  read_all(futures, text);
  return 0;
}
