#include "engine/feed/itch/itch_file.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "engine/feed/byte_reader.hpp"
#include "engine/feed/itch/decode.hpp"
#include "engine/feed/itch/file_source.hpp"
#include "engine/feed/itch/instruments.hpp"
#include "engine/feed/itch/trading_day.hpp"
#include "engine/messaging/market_data.hpp"

namespace sq::feed::itch {
namespace {
constexpr std::size_t kHeadBytes = 4096;

Framing framing_of_file(ByteReader& bytes) {
  static_cast<void>(bytes.more(kHeadBytes));
  const auto head = bytes.ahead();
  return framing_of(head.first(std::min(head.size(), kHeadBytes)));
}

class ItchFile final : public MarketFile {
 public:
  ItchFile(const std::filesystem::path& path, const FileOptions& options)
      : bytes_{path},
        framing_{framing_of_file(bytes_)},
        source_{open_source(framing_, bytes_, anomalies_)},
        instruments_{options.symbols},
        midnight_{options.midnight},
        day_known_{options.midnight != WallTime{}} {
    if (const auto day = day_in_name(path.filename().string()); day && !day_known_) {
      midnight_ = eastern_midnight(*day);
      day_known_ = true;
    }
    order_ = make_record(RecordKind::MarketOrder, MarketOrder{});
    trade_ = make_record(RecordKind::TradePrint, TradePrint{});
    status_ = make_record(RecordKind::FeedStatus, FeedStatus{});
    order_.header.source = trade_.header.source = status_.header.source = options.source;
  }

  [[nodiscard]] RecordHeader* peek() override {
    while (ready_ == nullptr) {
      if (!source_->next(message_)) return nullptr;
      read();
    }
    return ready_;
  }
  void pop() override { ready_ = nullptr; }

  [[nodiscard]] std::span<const FileSymbol> symbols() const override {
    return instruments_.symbols();
  }
  [[nodiscard]] const FileCounters& counters() const override;
  [[nodiscard]] std::uint64_t bytes_read() const override { return bytes_.bytes_read(); }
  [[nodiscard]] std::uint64_t bytes_total() const override { return bytes_.bytes_total(); }
  [[nodiscard]] WallTime midnight() const override { return midnight_; }

  // The visitor of visit_checked(). What is not named here is only counted.
  void operator()(const AddOrder& m) { add(m); }
  void operator()(const AddOrderMpid& m) { add(m); }
  void operator()(const OrderExecuted& m) {
    MarketOrder& order = change(m, OrderAction::Execute);
    order.order_id = m.order();
    order.qty = qty_of_shares(m.shares());
    order.match_id = m.match();
  }
  void operator()(const OrderExecutedWithPrice& m) {
    MarketOrder& order = change(m, OrderAction::Execute);
    order.order_id = m.order();
    order.qty = qty_of_shares(m.shares());
    order.match_id = m.match();
    order.price = m.price();
    order.priced = 1;
    order.printable = m.printable() ? 1 : 0;
  }
  void operator()(const OrderCancel& m) {
    MarketOrder& order = change(m, OrderAction::Reduce);
    order.order_id = m.order();
    order.qty = qty_of_shares(m.shares());
  }
  void operator()(const OrderDelete& m) { change(m, OrderAction::Delete).order_id = m.order(); }
  void operator()(const OrderReplace& m) {
    MarketOrder& order = change(m, OrderAction::Replace);
    order.order_id = m.order();
    order.new_order_id = m.new_order();
    order.price = m.price();
    order.qty = qty_of_shares(m.shares());
    instruments_.saw_price(m.locate(), m.price_ticks());
  }
  void operator()(const Trade& m) {
    const InstrumentId id = instruments_.learn(m.locate(), m.data() + 24);
    print(m, id, m.match(), m.price(), qty_of_shares(m.shares()), 0);
  }
  void operator()(const CrossTrade& m) {
    constexpr std::uint64_t kSharesMax = INT64_MAX / Qty::kScale;
    const InstrumentId id = instruments_.learn(m.locate(), m.data() + 19);
    if (m.shares() > kSharesMax)
      return refuse("cross of " + std::to_string(m.shares()) + " shares, expected at most " +
                    std::to_string(kSharesMax));
    if (m.shares() == 0) return;  // the auction found no match
    const auto shares = static_cast<std::int64_t>(m.shares());
    print(m, id, m.match(), m.price(), Qty::from_raw(shares * Qty::kScale), 1);
  }
  void operator()(const StockDirectory& m) { instruments_.read_directory(m); }
  void operator()(const TradingAction& m) {
    state(m, instruments_.learn(m.locate(), m.data() + kHeaderLength), m.state() == 'T');
  }
  void operator()(const OperationalHalt& m) {
    const InstrumentId id = instruments_.learn(m.locate(), m.data() + kHeaderLength);
    if (m.market() == 'Q') state(m, id, m.action() == 'T');
  }
  void operator()(const Message&) {}

 private:
  void read();
  void add(const AddOrder& m);
  [[nodiscard]] MarketOrder& change(const Message& m, OrderAction action);
  void print(const Message& m, InstrumentId id, std::uint64_t match, Price price, Qty qty,
             std::uint8_t aggregate);
  void state(const Message& m, InstrumentId id, bool trading);
  void give(RecordHeader& header, const Message& m, InstrumentId id);
  [[gnu::cold]] void refuse(std::string reason) {
    anomalies_.add(message_.position, std::move(reason));
  }
  [[gnu::cold]] void refuse_message(Decoded why);
  [[gnu::cold]] void take_day(WallTime received) {
    midnight_ = eastern_midnight(eastern_day(received));
    day_known_ = true;
  }

  mutable FileCounters counters_;
  AnomalyLog anomalies_{counters_};
  ByteReader bytes_;
  Framing framing_;
  std::unique_ptr<FileSource> source_;
  Instruments instruments_;
  WallTime midnight_;
  bool day_known_;
  WallTime wall_{};
  std::uint64_t sequence_{0};
  FramedMessage message_;
  RecordHeader* ready_{nullptr};
  Record<MarketOrder> order_;
  Record<TradePrint> trade_;
  Record<FeedStatus> status_;
  std::array<std::uint64_t, 256> kinds_{};  // by type
};

void ItchFile::read() {
  const Decoded decoded = check_message(message_.bytes);
  if (decoded != Decoded::Ok) [[unlikely]]
    return refuse_message(decoded);
  const Message message{message_.bytes.data()};
  if (message.time_ns() >= kNsPerDay) [[unlikely]]
    return refuse("time of day " + std::to_string(message.time_ns()) + " ns, expected less than " +
                  std::to_string(kNsPerDay));
  ++kinds_[static_cast<std::uint8_t>(message.type())];
  if (!day_known_ && message_.received != WallTime{}) take_day(message_.received);
  visit_checked(message_.bytes.data(), *this);
}

void ItchFile::give(RecordHeader& header, const Message& m, InstrumentId id) {
  if (id == kNoInstrument) return;  // not one of those asked for
  header.instrument = id;
  header.venue_time = midnight_ + static_cast<std::int64_t>(m.time_ns());
  wall_ = std::max(wall_, message_.received != WallTime{} ? message_.received : header.venue_time);
  header.wall = wall_;
  header.source_sequence = ++sequence_;
  ready_ = &header;
}

void ItchFile::add(const AddOrder& m) {
  const InstrumentId id = instruments_.learn(m.locate(), m.data() + 24);
  const char side = m.side_code();
  if ((side != 'B' && side != 'S') || m.shares() == 0) [[unlikely]]
    return refuse("order of " + std::to_string(m.shares()) + " shares on side '" +
                  std::string(1, side) + "', expected some shares on B or S");
  order_.payload = MarketOrder{};
  order_.payload.action = OrderAction::Add;
  order_.payload.order_id = m.order();
  order_.payload.side = m.side();
  order_.payload.price = m.price();
  order_.payload.qty = qty_of_shares(m.shares());
  instruments_.saw_price(m.locate(), m.price_ticks());
  give(order_.header, m, id);
}

MarketOrder& ItchFile::change(const Message& m, OrderAction action) {
  order_.payload = MarketOrder{};
  order_.payload.action = action;
  order_.payload.side_known = 0;
  const InstrumentId id = instruments_.find(m.locate());
  if (id == kNoInstrument && !instruments_.known(m.locate())) [[unlikely]]
    refuse("stock locate " + std::to_string(m.locate()) + " has no symbol so far");
  give(order_.header, m, id);
  return order_.payload;
}

void ItchFile::print(const Message& m, InstrumentId id, std::uint64_t match, Price price, Qty qty,
                     std::uint8_t aggregate) {
  TradePrint& trade = trade_.payload;
  trade = TradePrint{};
  trade.first_trade_id = trade.last_trade_id = match;
  trade.price = price;
  trade.qty = qty;
  trade.aggregate = aggregate;
  trade.aggressor_unknown = 1;
  trade.transaction_time = midnight_ + static_cast<std::int64_t>(m.time_ns());
  give(trade_.header, m, id);
}

void ItchFile::state(const Message& m, InstrumentId id, bool trading) {
  status_.payload.event = trading ? FeedEvent::Resumed : FeedEvent::Halted;
  give(status_.header, m, id);
}

void ItchFile::refuse_message(Decoded why) {
  std::string reason{name_of(why)};
  if (!message_.bytes.empty()) {
    const char type = static_cast<char>(message_.bytes[0]);
    const bool printable = type > ' ' && type <= '~';
    reason += ": type " +
              (printable ? std::string(1, type)
                         : std::to_string(static_cast<unsigned>(message_.bytes[0]))) +
              " of " + std::to_string(message_.bytes.size()) + " bytes";
    if (length_of(type) != 0) reason += ", expected " + std::to_string(length_of(type));
  }
  refuse(std::move(reason));
}

const FileCounters& ItchFile::counters() const {
  counters_.by_kind.clear();
  counters_.messages = counters_.gaps = counters_.missing = 0;
  for (std::size_t type = 0; type < kinds_.size(); ++type) {
    if (kinds_[type] == 0) continue;
    counters_.messages += kinds_[type];
    counters_.by_kind.emplace_back(name_of(static_cast<char>(type)), kinds_[type]);
  }
  source_->report(counters_);
  return counters_;
}

bool recognises(const std::filesystem::path& path, std::span<const std::byte> head) {
  if (framing_of(head) != Framing::Unknown) return true;
  const std::string name = path.filename().string();
  return name.find("ITCH50") != std::string::npos || path.extension() == ".itch";
}
}  // namespace

std::unique_ptr<MarketFile> open_itch(const std::filesystem::path& path,
                                      const FileOptions& options) {
  return std::make_unique<ItchFile>(path, options);
}

const FileFormat& itch_format() noexcept {
  static constexpr FileFormat kFormat{
      .name = "itch",
      .summary = "NASDAQ TotalView-ITCH 5.0: BinaryFILE, SoupBinTCP stream, pcap of MoldUDP64",
      .recognises = &recognises,
      .open = &open_itch};
  return kFormat;
}
}  // namespace sq::feed::itch
