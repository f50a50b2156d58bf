#include "engine/feed/csv/lobster.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "engine/feed/csv/csv_file.hpp"
#include "engine/feed/csv/lobster_book.hpp"
#include "engine/feed/itch/trading_day.hpp"

namespace sq::feed::csv {
namespace {
constexpr std::size_t kColumns = 6;
constexpr Column kTime{"time", 0};
constexpr Column kType{"type", 1};
constexpr Column kOrder{"order id", 2};
constexpr Column kSize{"size", 3};
constexpr Column kPrice{"price", 4};
constexpr Column kDirection{"direction", 5};
constexpr std::int64_t kNoAsk = 9'999'999'999;
constexpr std::int64_t kNoBid = -9'999'999'999;
constexpr std::int64_t kPriceUnit = Price::kScale / 10'000;
constexpr std::string_view kMessagePart = "_message_";

struct Message {
  WallTime time{};
  std::uint64_t type{0};
  std::uint64_t order{0};
  Qty size{};
  std::int64_t price_text{0};  // as written; -1, 0, 1 in a halt
  Price price{};
  Side side{Side::Buy};
};

bool parse_whole(std::string_view text, std::int64_t& out) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stop == end;
}
bool scaled(std::string_view text, std::int64_t unit, std::int64_t& written, std::int64_t& raw) {
  return parse_whole(text, written) && !__builtin_mul_overflow(written, unit, &raw);
}
// YYYY-MM-DD behind the first underscore; 0: none.
WallTime midnight_of_name(std::string_view name) {
  const std::size_t at = name.find('_');
  std::int64_t parts[3] = {};
  if (at == std::string_view::npos || name.size() < at + 11) return {};
  const std::string_view date = name.substr(at + 1, 10);
  if (date[4] != '-' || date[7] != '-' || !parse_whole(date.substr(0, 4), parts[0]) ||
      !parse_whole(date.substr(5, 2), parts[1]) || !parse_whole(date.substr(8, 2), parts[2]) ||
      parts[0] < 1990 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31)
    return {};
  return new_york_midnight(static_cast<int>(parts[0]), static_cast<int>(parts[1]),
                           static_cast<int>(parts[2]));
}

class LobsterFile final : public CsvFile {
 public:
  LobsterFile(const std::filesystem::path& path, const FileOptions& options);
  [[nodiscard]] WallTime midnight() const override { return midnight_; }

 private:
  // One side of an orderbook row, best first.
  struct Side2 {
    std::vector<Level> levels;
    std::int64_t worst_key{std::numeric_limits<std::int64_t>::max()};  // in view, to here
  };

  RecordHeader* produce() override;
  [[nodiscard]] bool read_message(Message& out);
  [[nodiscard]] bool read_book_row();
  void seed(const Message& first);
  [[nodiscard]] RecordHeader* handle(const Message& message);
  void change_order(const Message& message);
  void take_anonymous(const Message& message, MarketOrder record);
  void compare();
  void compare_side(Side side);
  [[nodiscard]] RecordHeader* stamped(RecordHeader* record) const noexcept {
    record->wall = record->venue_time = now_;
    return record;
  }

  InstrumentId instrument_{};
  WallTime midnight_{};
  std::unique_ptr<LineReader> book_lines_;  // null: there is no orderbook file
  Fields book_fields_;
  Side2 row_[2];
  std::int64_t view_before_[2]{};
  LobsterBook book_;
  std::vector<MarketOrder> records_;
  std::size_t next_{0};
  WallTime now_{};
  bool first_{true};
  Price unsure_at_{};  // the message names an order that was mended while it was out of view
};

LobsterFile::LobsterFile(const std::filesystem::path& path, const FileOptions& options)
    : CsvFile{path, options} {
  const std::string file = path.filename().string();
  const std::string symbol = file.substr(0, file.find('_'));
  const auto id = instrument_of(symbol);
  if (!id) refuse_file(path, "holds " + symbol + ", which is not among the symbols wanted");
  instrument_ = *id;
  midnight_ = options.midnight == WallTime{} ? midnight_of_name(file) : options.midnight;
  if (midnight_ == WallTime{})
    refuse_file(path, "its name has no date (TICKER_YYYY-MM-DD_..._message_LEVELS.csv)");
  const std::size_t part = file.rfind(kMessagePart);
  if (part == std::string::npos) return;
  const auto beside = path.parent_path() / (file.substr(0, part) + "_orderbook_" +
                                            file.substr(part + kMessagePart.size()));
  if (std::filesystem::exists(beside)) book_lines_ = std::make_unique<LineReader>(beside);
}

bool LobsterFile::read_message(Message& out) {
  std::string_view text;
  while (next_line(text)) {
    // Newer deliveries append columns.
    if (text.empty()) continue;
    if (!take_row(text, kColumns, kColumnsMax)) {
      if (book_lines_) static_cast<void>(read_book_row());
      continue;
    }
    if (book_lines_ && !read_book_row()) book_lines_.reset();
    const auto seconds = parse_number(row()[0], 9);
    const std::uint64_t type = parse_id(row()[1]).value_or(0);
    const std::uint64_t order = parse_id(row()[2]).value_or(LobsterBook::kAnonymousFirst);
    std::int64_t size = 0;
    std::int64_t size_raw = 0;
    std::int64_t price_raw = 0;
    if (!seconds || *seconds < 0) {
      static_cast<void>(bad(kTime, "seconds after midnight with at most 9 decimals"));
    } else if (type == 0 || type > 7) {
      static_cast<void>(bad(kType, "1 to 7"));
    } else if (order >= LobsterBook::kAnonymousFirst) {
      static_cast<void>(bad(kOrder, "a number below 2^63"));
    } else if (!scaled(row()[3], Qty::kScale, size, size_raw) || size < 0) {
      static_cast<void>(bad(kSize, "shares"));
    } else if (!scaled(row()[4], kPriceUnit, out.price_text, price_raw)) {
      static_cast<void>(bad(kPrice, "dollars times 10000"));
    } else if (row()[5] != "1" && row()[5] != "-1" && type < 6) {
      static_cast<void>(bad(kDirection, "1 or -1"));
    } else {
      out.type = type;
      out.order = order;
      out.time = midnight_ + *seconds;
      out.size = Qty::from_raw(size_raw);
      out.price = Price::from_raw(price_raw);
      out.side = row()[5] == "-1" ? Side::Sell : Side::Buy;
      return true;
    }
  }
  return false;
}

bool LobsterFile::read_book_row() {
  std::string_view text;
  if (!book_lines_->next(text) || !book_fields_.split(text) || book_fields_.size() % 4 != 0) {
    anomaly("the orderbook file has no such row of 4 columns a level: not checked from here on");
    return false;
  }
  const std::size_t levels = book_fields_.size() / 4;
  for (const Side side : {Side::Sell, Side::Buy}) {
    Side2& out = row_[side == Side::Sell];
    const std::size_t first = side == Side::Sell ? 0 : 2;
    view_before_[side == Side::Sell] = out.worst_key;
    out.levels.clear();
    for (std::size_t i = 0; i < levels; ++i) {
      std::int64_t price = 0;
      std::int64_t price_raw = 0;
      std::int64_t size = 0;
      std::int64_t size_raw = 0;
      if (!scaled(book_fields_[4 * i + first], kPriceUnit, price, price_raw) ||
          !scaled(book_fields_[4 * i + first + 1], Qty::kScale, size, size_raw) || size < 0) {
        anomaly("the orderbook row has something else than numbers: not checked from here on");
        return false;
      }
      if (price == kNoAsk || price == kNoBid || size == 0) continue;
      out.levels.push_back({Price::from_raw(price_raw), Qty::from_raw(size_raw)});
    }
    out.worst_key = out.levels.size() < levels ? std::numeric_limits<std::int64_t>::max()
                                               : LobsterBook::key(side, out.levels.back().price);
  }
  return true;
}

// The first row is the book behind the first message: that is undone for the book before it.
void LobsterFile::seed(const Message& first) {
  MarketOrder clear;
  clear.action = OrderAction::Clear;
  clear.side_known = 0;
  records_.push_back(clear);
  const bool adds = first.type == 1;
  const bool changes = first.type >= 1 && first.type <= 4;
  for (const Side side : {Side::Buy, Side::Sell}) {
    std::vector<Level> levels = row_[side == Side::Sell].levels;
    view_before_[side == Side::Sell] = row_[side == Side::Sell].worst_key;
    if (changes && first.side == side) {
      auto at = levels.begin();
      while (at != levels.end() && at->price != first.price) ++at;
      if (at == levels.end()) at = levels.insert(at, {first.price, Qty{}});
      at->qty = adds ? at->qty - std::min(first.size, at->qty) : at->qty + first.size;
    }
    for (const Level& level : levels)
      if (level.qty != Qty{}) book_.mend(side, level.price, level.qty, records_);
  }
}

RecordHeader* LobsterFile::produce() {
  for (;;) {
    if (next_ < records_.size())
      return stamped(make(RecordKind::MarketOrder, instrument_, records_[next_++]));
    records_.clear();
    next_ = 0;
    Message message;
    if (!read_message(message)) return nullptr;
    now_ = message.time;
    if (first_ && book_lines_) seed(message);
    first_ = false;
    if (RecordHeader* const record = handle(message)) return record;
    if (book_lines_) compare();
  }
}

// What is no change of an order is a record at once; changes are left in records_.
RecordHeader* LobsterFile::handle(const Message& message) {
  constexpr const char* kNames[] = {"",        "add",    "reduce", "delete",
                                    "execute", "hidden", "cross",  "halt"};
  ++kind_count(kNames[message.type]);
  if (message.type <= 5) {
    change_order(message);
    return nullptr;
  }
  if (message.type == 6) {
    TradePrint trade;
    trade.price = message.price;
    trade.qty = message.size;
    trade.aggressor_unknown = 1;
    return stamped(make(RecordKind::TradePrint, instrument_, trade));
  }
  FeedStatus status;
  status.event = message.price_text == -1 ? FeedEvent::Halted : FeedEvent::Resumed;
  if (message.price_text == 0) return nullptr;  // quoting resumes, trading does not
  return stamped(make(RecordKind::FeedStatus, instrument_, status));
}

void LobsterFile::change_order(const Message& message) {
  show(instrument_, message.price, message.size);
  MarketOrder record;
  record.order_id = message.order;
  record.price = message.price;
  record.qty = message.size;
  record.side = message.side;
  constexpr OrderAction kActions[] = {OrderAction::Add,     OrderAction::Add,
                                      OrderAction::Reduce,  OrderAction::Delete,
                                      OrderAction::Execute, OrderAction::HiddenTrade};
  record.action = kActions[message.type];
  const LobsterBook::Order* const order = book_.find(message.order);
  if (message.type == 1) {
    if (order != nullptr || message.size == Qty{}) {
      static_cast<void>(order != nullptr ? bad(kOrder, "an id that is not live")
                                         : bad(kSize, "1 or more"));
      return;
    }
    book_.add(message.order, {message.price, message.size, message.side});
  } else if (message.type <= 4) {
    if (order == nullptr) return take_anonymous(message, record);
    const bool all = message.type == 3 || message.size >= order->qty;
    if (all && message.size != order->qty) unsure_at_ = message.price;
    record.qty = all ? order->qty : message.size;
    if (all && message.type == 2) record.action = OrderAction::Delete;
    record.price = order->price;
    book_.take(message.order, record.qty);
  }
  records_.push_back(record);
}

void LobsterFile::take_anonymous(const Message& message, MarketOrder record) {
  ++kind_count("unknown orders");
  if (!book_lines_) {  // nothing is known of the book: whoever reads it counts them too
    records_.push_back(record);
    return;
  }
  const Qty there = book_.anonymous(message.side, message.price);
  record.qty = std::min(there, message.size);
  if (there < message.size) unsure_at_ = message.price;
  if (record.qty == Qty{}) return;  // the comparison mends what follows from it
  record.order_id = LobsterBook::anonymous_id(message.side, message.price);
  if (record.action != OrderAction::Execute)
    record.action = record.qty == there ? OrderAction::Delete : OrderAction::Reduce;
  book_.take_anonymous(message.side, message.price, record.qty);
  records_.push_back(record);
}

void LobsterFile::compare() {
  ++kind_count("rows checked");
  compare_side(Side::Buy);
  compare_side(Side::Sell);
  unsure_at_ = {};
}

void LobsterFile::compare_side(Side side) {
  const Side2& row = row_[side == Side::Sell];
  std::vector<Level> wrong;  // what should be there
  auto mine = book_.side_of(side).begin();
  const auto end = book_.side_of(side).end();
  const auto surplus_to = [&](std::int64_t key, bool also) {
    for (; mine != end && (mine->first < key || (also && mine->first == key)); ++mine)
      wrong.push_back({Price::from_raw(side == Side::Buy ? -mine->first : mine->first), Qty{}});
  };
  for (const Level& level : row.levels) {
    const std::int64_t key = LobsterBook::key(side, level.price);
    surplus_to(key, false);
    const bool there = mine != end && mine->first == key;
    if (!there || mine->second.qty != level.qty) wrong.push_back(level);
    if (there) ++mine;
  }
  surplus_to(row.worst_key, true);
  for (const Level& level : wrong) {
    const bool seen = LobsterBook::key(side, level.price) <= view_before_[side == Side::Sell] &&
                      level.price != unsure_at_;
    if (seen)
      anomaly("the rebuilt book differs from the orderbook row at " + to_text(level.price) +
              ", where there are " + to_text(level.qty));
    ++kind_count("corrections");
    book_.mend(side, level.price, level.qty, records_);
  }
}

bool recognises(const std::filesystem::path& path, std::span<const std::byte> head) {
  const std::string file = path.filename().string();
  Fields fields;
  std::uint64_t type = 0;
  if (file.find(kMessagePart) == std::string::npos || midnight_of_name(file) == WallTime{})
    return false;
  const std::string line = first_line(path, head);
  if (!fields.split(line) || fields.size() < kColumns) return false;
  type = parse_id(fields[1]).value_or(0);
  return parse_number(fields[0], 9).has_value() && type >= 1 && type <= 7;
}
}  // namespace

WallTime new_york_midnight(int year, int month, int day) noexcept {
  return itch::eastern_midnight(
      {year, static_cast<unsigned>(month), static_cast<unsigned>(day)});
}

FileFormat lobster_format() noexcept {
  return {"lobster",
          "LOBSTER: TICKER_YYYY-MM-DD_..._message_LEVELS.csv, its _orderbook_ file beside it",
          recognises,
          [](const std::filesystem::path& path,
             const FileOptions& options) -> std::unique_ptr<MarketFile> {
            return std::make_unique<LobsterFile>(path, options);
          }};
}
}  // namespace sq::feed::csv
