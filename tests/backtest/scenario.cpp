#include "tests/backtest/scenario.hpp"

#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "engine/backtest/exchange.hpp"
#include "tests/backtest/market_records.hpp"
#include "tests/backtest/scenario_venue.hpp"
#include "tests/backtest/scenario_words.hpp"

namespace sq::test {
namespace {
class Scenario final : private backtest::ReportSink {
 public:
  void line(const std::string& text) {
    ++line_;
    Words words{text};
    if (words.empty()) return;
    if (words.accept(">")) {
      expect_report(words.rest());
    } else if (words.accept("=")) {
      no_more_reports();
      check(words);
    } else {
      no_more_reports();
      command(words);
    }
  }
  std::vector<std::string> finish() {
    no_more_reports();
    return differences_;
  }
  [[nodiscard]] int line_number() const { return line_; }

 private:
  void on_report(RecordHeader& record, VenueId, WallTime) noexcept override {
    reports_.push_back(answer_text(record));
  }
  void differ(const std::string& text) {
    differences_.push_back("line " + std::to_string(line_) + ": " + text);
  }
  void expect_report(const std::string& text) {
    if (reported_ == reports_.size()) {
      differ("no report, expected '" + text + "'");
    } else if (reports_[reported_] != text) {
      differ("'" + reports_[reported_] + "', expected '" + text + "'");
    }
    if (reported_ < reports_.size()) ++reported_;
  }
  void no_more_reports() {
    for (; reported_ < reports_.size(); ++reported_)
      differ("before it: '" + reports_[reported_] + "', which was not expected");
  }

  void command(Words& words) {
    if (words.accept("instrument")) return define(words);
    if (words.accept("set")) return set(words);
    if (words.accept("venue")) return venue_words(words, settings_.model);
    if (words.accept("market")) return market_words(words, settings_.model, instruments_);
    if (words.accept("outage")) return outage_words(words, settings_.model);
    if (words.accept("balance")) {
      settings::Balance balance;
      balance.venue = venue_named(words.next());
      balance.amount.currency = currency_named(words.next());
      balance.amount.raw = decimal<Qty>(words.next()).raw();
      settings_.balances.push_back(balance);
      return;
    }
    backtest::ReportSink& sink = *this;
    if (!exchange_) exchange_.emplace(settings_, instruments_, sink);
    event(words);
  }

  void define(Words& words) {
    Instrument instrument = perpetual();
    instrument.id = InstrumentId{static_cast<std::uint32_t>(std::stoul(words.next()))};
    instrument.venue = venue_named(words.next());
    if (instrument.venue == VenueId::BinanceSpot) instrument.kind = InstrumentKind::Spot;
    instrument.symbol = Symbol{words.next()};
    instrument.base = currency_named(words.next());
    instrument.quote = instrument.settle = currency_named(words.next());
    while (!words.empty()) {
      const std::string key = words.next();
      const std::string value = words.next();
      if (key == "tick")
        instrument.tick = instrument.price_min = decimal<Price>(value);
      else if (key == "lot")
        instrument.lot = instrument.qty_min = decimal<Qty>(value);
      else if (key == "max")
        instrument.qty_max = decimal<Qty>(value);
      else if (key == "notional")
        instrument.notional_min = decimal<Qty>(value).raw();
      else if (key == "maker")
        instrument.maker_fee = decimal<Ratio>(value);
      else if (key == "taker")
        instrument.taker_fee = decimal<Ratio>(value);
      else if (key == "orders")
        settings_.book.orders_max = static_cast<std::uint32_t>(std::stoul(value));
      else if (key == "status" && value == "halted")
        instrument.status = InstrumentStatus::Halted;
      else
        throw std::runtime_error("unknown key '" + key + "'");
    }
    instruments_.push_back(instrument);
  }

  void set(Words& words) {
    const std::string name = words.next();
    const std::string value = words.next();
    if (name == "orders") {
      settings_.open_orders_max = static_cast<std::uint32_t>(std::stoul(value));
      return;
    }
    model_words(name, value, words, settings_.model);
  }

  void event(Words& words) {
    now_ = WallTime{std::stoll(words.next()) * kNsPerUs};
    const std::string kind = words.next();
    if (kind == "book" || kind == "depth") return depth(words, kind == "book");
    if (kind == "top") return top(words);
    if (kind == "trade") return trade(words);
    if (kind == "l3") return market_order(words);
    if (kind == "mark") return mark(words);
    if (kind == "halt" || kind == "resume") {
      const FeedStatus status{kind == "halt" ? FeedEvent::Halted : FeedEvent::Resumed, {}};
      return feed(market_record(RecordKind::FeedStatus, status), options(words));
    }
    if (kind == "order") return order(words);
    if (kind == "cancel") {
      CancelRequest request;
      request.id = OrderId{std::stoull(words.next())};
      return send(make_record(RecordKind::CancelSent, request), words);
    }
    if (kind == "amend") return amend(words);
    if (kind == "query") {
      return send(
          make_record(RecordKind::QuerySent, QueryRequest{OrderId{std::stoull(words.next())}}),
          words);
    }
    throw std::runtime_error("unknown event '" + kind + "'");
  }

  struct Options {
    InstrumentId instrument{0};
    WallTime stamp{};
    std::optional<std::uint64_t> id;
  };
  Options options(Words& words) {
    Options options;
    options.stamp = now_;
    while (!words.empty()) {
      const std::string key = words.next();
      const std::string value = words.next();
      if (key == "on")
        options.instrument = InstrumentId{static_cast<std::uint32_t>(std::stoul(value))};
      else if (key == "id")
        options.id = std::stoull(value);
      else if (key == "stamp" && value == "none")
        options.stamp = {};
      else if (key == "stamp")
        options.stamp = WallTime{std::stoll(value) * kNsPerUs};
      else
        throw std::runtime_error("unknown option '" + key + "'");
    }
    return options;
  }
  struct Ids {
    std::uint64_t last{100};
    std::uint64_t depth{100};
  };

  static std::vector<Level> levels(Words& words, const std::string& name) {
    std::vector<Level> list;
    if (!words.accept(name)) return list;
    while (!words.empty() && !words.is("ask") && !words.is("on") && !words.is("stamp") &&
           !words.is("id")) {
      const Price price = decimal<Price>(words.next());
      list.push_back({price, decimal<Qty>(words.next())});
    }
    return list;
  }
  void depth(Words& words, bool snapshot) {
    const auto bids = levels(words, "bid");
    const auto asks = levels(words, "ask");
    const Options given = options(words);
    Ids& ids = ids_[given.instrument];
    DepthHeader header;
    header.chain = DepthChain::Linked;
    header.previous_id = ids.depth;
    header.first_id = ids.depth + 1;
    header.last_id = given.id ? *given.id : ++ids.last;
    if (snapshot) header.first_id = header.last_id;
    ids.depth = header.last_id;
    feed(depth_record(snapshot ? RecordKind::DepthSnapshot : RecordKind::DepthUpdate, header, bids,
                      asks),
         given);
    if (!snapshot || bridged_[given.instrument]) return;
    // A snapshot alone may be old: an empty update shows that the stream goes on from it.
    bridged_[given.instrument] = true;
    DepthHeader empty;
    empty.chain = DepthChain::Linked;
    empty.previous_id = header.last_id;
    empty.first_id = header.last_id;
    empty.last_id = ids.depth = ids.last = header.last_id + 1;
    feed(depth_record(RecordKind::DepthUpdate, empty, {}, {}), given);
  }
  void top(Words& words) {
    words.expect("bid");
    TopOfBook top;
    top.bid_price = decimal<Price>(words.next());
    top.bid_qty = decimal<Qty>(words.next());
    words.expect("ask");
    top.ask_price = decimal<Price>(words.next());
    top.ask_qty = decimal<Qty>(words.next());
    const Options given = options(words);
    top.update_id = given.id ? *given.id : ++ids_[given.instrument].last;
    feed(market_record(RecordKind::TopOfBook, top), given);
  }
  // "order by order": add ID buy|sell PRICE QTY | exec ID QTY | cut ID QTY | drop ID
  void market_order(Words& words) {
    const std::string what = words.next();
    MarketOrder order;
    order.order_id = std::stoull(words.next());
    if (what == "add") {
      order.side = words.next() == "buy" ? Side::Buy : Side::Sell;
      order.price = decimal<Price>(words.next());
    } else if (what == "exec") {
      order.action = OrderAction::Execute;
    } else if (what == "cut") {
      order.action = OrderAction::Reduce;
    } else if (what == "drop") {
      order.action = OrderAction::Delete;
    } else {
      throw std::runtime_error("unknown order event '" + what + "'");
    }
    if (what != "drop") order.qty = decimal<Qty>(words.next());
    feed(market_record(RecordKind::MarketOrder, order), options(words));
  }
  void trade(Words& words) {
    TradePrint trade;
    trade.aggressor = side_named(words.next());
    trade.qty = decimal<Qty>(words.next());
    words.expect("@");
    trade.price = decimal<Price>(words.next());
    feed(market_record(RecordKind::TradePrint, trade), options(words));
  }
  // mark PRICE [rate RATE next MICROSECONDS]
  void mark(Words& words) {
    MarkPrice mark;
    mark.mark = mark.index = decimal<Price>(words.next());
    if (words.accept("rate")) {
      mark.funding_rate = decimal<Ratio>(words.next());
      words.expect("next");
      mark.next_funding = WallTime{std::stoll(words.next()) * kNsPerUs};
    }
    feed(market_record(RecordKind::MarkPrice, mark), options(words));
  }
  void feed(OwnedRecord record, const Options& given) {
    record.header().instrument = given.instrument;
    record.header().venue_time = given.stamp;
    exchange_->on_market(record.header(), now_);
  }

  void order(Words& words) {
    OrderRequest request;
    request.id = OrderId{std::stoull(words.next())};
    request.side = side_named(words.next());
    request.qty = decimal<Qty>(words.next());
    if (words.accept("market")) {
      request.type = OrderType::Market;
      request.tif = TimeInForce::ImmediateOrCancel;
    } else {
      words.expect("@");
      request.limit = decimal<Price>(words.next());
      request.tif = tif_named(words.next());
    }
    if (words.accept("reduce")) request.reduce_only = 1;
    if (words.accept("stp")) request.self_trade = self_trade_named(words.next());
    if (words.accept("account"))
      request.account = AccountId{static_cast<std::uint16_t>(std::stoul(words.next()))};
    send(make_record(RecordKind::OrderSent, request), words);
  }
  // amend ID QTY @ PRICE [knowing FILLED] [replace]
  void amend(Words& words) {
    AmendRequest request;
    request.id = OrderId{std::stoull(words.next())};
    request.qty = decimal<Qty>(words.next());
    words.expect("@");
    request.limit = decimal<Price>(words.next());
    if (words.accept("knowing")) request.filled = decimal<Qty>(words.next());
    if (words.accept("replace")) request.style = AmendStyle::CancelReplace;
    request.number = ++amends_[request.id];
    send(make_record(RecordKind::AmendSent, request), words);
  }
  template <class P>
  void send(Record<P> record, Words& words) {
    record.header.instrument = options(words).instrument;
    exchange_->on_request(record.header, now_);
  }

  void check(Words& words) {
    const std::string what = words.next();
    if (what == "ahead") {
      const OrderId id{std::stoull(words.next())};
      const auto ahead = exchange_->ahead(id);
      const std::string is = ahead ? to_text(*ahead) : "not resting";
      const std::string wanted = words.rest();
      if (is != wanted) differ("ahead of " + std::to_string(id.value) + ": " + is);
      return;
    }
    const backtest::Account account = exchange_->account();
    if (what == "balance") {
      const VenueId venue = venue_named(words.next());
      const Currency currency = currency_named(words.next());
      const Int128 total = decimal<Qty>(words.next()).raw();
      const Int128 reserved = words.accept("reserved") ? decimal<Qty>(words.next()).raw() : 0;
      Int128 is_total = 0;
      Int128 is_reserved = 0;
      for (const backtest::Holding& holding : account.holdings) {
        if (holding.venue != venue || holding.currency != currency) continue;
        is_total = holding.total;
        is_reserved = holding.reserved;
      }
      if (is_total != total || is_reserved != reserved)
        differ("balance: " + to_text(is_total, 8) + " reserved " + to_text(is_reserved, 8));
      return;
    }
    if (what == "position") {
      const InstrumentId id{static_cast<std::uint32_t>(std::stoul(words.next()))};
      Qty is{};
      for (const backtest::AccountPosition& position : account.positions)
        if (position.instrument == id) is = position.position;
      if (is != decimal<Qty>(words.next())) differ("position: " + to_text(is));
      return;
    }
    throw std::runtime_error("unknown check '" + what + "'");
  }

  backtest::SimulationSettings settings_;
  std::vector<Instrument> instruments_;
  std::optional<backtest::SimulatedExchange> exchange_;
  std::map<InstrumentId, Ids> ids_;
  std::map<OrderId, std::uint16_t> amends_;
  std::map<InstrumentId, bool> bridged_;
  WallTime now_{};
  int line_{0};
  std::vector<std::string> reports_;
  std::size_t reported_{0};
  std::vector<std::string> differences_;
};
}  // namespace

std::vector<std::string> run_scenario(std::string_view text) {
  Scenario scenario;
  std::istringstream in{std::string{text}};
  for (std::string line; std::getline(in, line);) {
    try {
      scenario.line(line);
    } catch (const std::exception& error) {
      throw std::runtime_error("scenario line " + std::to_string(scenario.line_number()) + ": " +
                               error.what());
    }
  }
  return scenario.finish();
}

std::vector<std::string> run_scenario_file(const std::filesystem::path& file) {
  std::ifstream in{file};
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::ostringstream text;
  text << in.rdbuf();
  return run_scenario(text.str());
}
}  // namespace sq::test
