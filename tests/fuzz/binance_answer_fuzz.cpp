// Any bytes as an answer of Binance, or as an event of its user data stream, of either market: they
// are read, or refused; what is read is about our instruments, and a fill has price and quantity.
// The first byte chooses the market and what the rest is read as.
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
// One way of reading: `which` counts them from 0.
constexpr unsigned kReadings = 12;
void read(AnswerReader& reader, unsigned which, std::string_view text) {
  std::uint64_t last = 0;
  std::size_t rows = 0;
  switch (which) {
    case 0: {
      RateGovernor governor{{{RateKind::Weight, 60 * kNsPerSecond, 6'000}}};
      const Incoming& said = reader.read_frame(text, governor, WallTime{1});
      if (said.kind == Incoming::Kind::Order || said.kind == Incoming::Kind::Ask)
        check(said.instrument == InstrumentId{0});
      if (said.kind == Incoming::Kind::Order && said.report.kind == ReportKind::Filled)
        check(said.report.side == 1 || said.report.side == 2);
      return;
    }
    case 1: {
      std::vector<ToldOrder> orders;
      static_cast<void>(reader.read_orders(text, orders, last, rows));
      for (const ToldOrder& each : orders) check(each.instrument == InstrumentId{0});
      return;
    }
    case 2: {
      std::vector<ToldTrade> trades;
      static_cast<void>(reader.read_trades(text, trades, last, rows));
      for (const ToldTrade& each : trades) check(each.price > Price{} && each.qty > Qty{});
      return;
    }
    case 3: {
      ToldAccount account;
      static_cast<void>(reader.read_account(text, account));
      return;
    }
    case 4:
      static_cast<void>(reader.read_order(text));
      return;
    case 5:
      static_cast<void>(reader.read_error(400, text));
      return;
    case 6:
      static_cast<void>(reader.read_time(text));
      return;
    case 7:
      static_cast<void>(reader.read_text(text, "listenKey"));
      return;
    case 8:
      static_cast<void>(reader.read_flag(text, "dualSidePosition"));
      return;
    case 9:
      static_cast<void>(reader.read_limits(text));
      return;
    case 10:
      static_cast<void>(reader.differing_filters(text));
      return;
    default: {
      std::vector<ToldIncome> income;
      static_cast<void>(reader.read_income(text, income));
      return;
    }
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static AnswerReader spot{VenueId::BinanceSpot, instruments(VenueId::BinanceSpot), "T"};
  static AnswerReader futures{VenueId::BinanceUsdm, instruments(VenueId::BinanceUsdm), "T"};
  if (size == 0) return 0;
  const unsigned choice = static_cast<unsigned>(data[0]) - 64U;  // '@' and on
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  read(choice % 2 == 0 ? spot : futures, choice / 2 % kReadings, text);
  return 0;
}
