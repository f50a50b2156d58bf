#include "tests/venues/binance/exchange_rig.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "engine/net/socket/tcp_socket.hpp"
#include "engine/types/decimal.hpp"

namespace sq::test {
namespace {
Instrument instrument(VenueId venue, const std::string& symbol) {
  const bool spot = venue == VenueId::BinanceSpot;
  Instrument made;
  made.venue = venue;
  made.kind = spot ? InstrumentKind::Spot : InstrumentKind::LinearPerpetual;
  made.symbol = Symbol{symbol};
  made.base = *Currency::parse(symbol.substr(0, 3));
  made.quote = made.settle = *Currency::parse("USDT");
  made.tick = made.price_min = *parse_fixed<Price>("0.01");
  made.price_max = Price::from_units(100'000);
  made.lot = made.qty_min = *parse_fixed<Qty>("0.001");
  made.qty_max = Qty::from_units(1'000);
  made.notional_min = 5 * Amount::kScale;
  return made;
}
std::vector<binance::RateLimit> limits_of(VenueId venue) {
  return {
      {binance::RateKind::Weight, 60 * kNsPerSecond, venue == VenueId::BinanceSpot ? 6'000 : 2'400},
      {binance::RateKind::Connections, 300 * kNsPerSecond, 300}};
}
binance::Server server_at(std::uint16_t port, net::TlsContext* tls) {
  binance::Server server;
  std::string problem;
  server.host = tls != nullptr ? "localhost" : "127.0.0.1";
  server.port = port;
  server.tls = tls;
  server.addresses = net::resolve("127.0.0.1", port, problem);
  return server;
}
}  // namespace

class Wire::Line final : public exchange::WebPeer {
 public:
  Line(Wire& wire, exchange::WebPeer& peer) : wire_{wire}, peer_{peer}, request_{peer.request()} {
    if (wire_.on_opening) wire_.on_opening(request_);
  }
  void send(std::string_view payload, const exchange::Delivery& how) override {
    std::string text{payload};
    if (wire_.passes && !wire_.passes(text)) return;
    exchange::Delivery made = how;
    made.binary = wire_.to_binary && wire_.to_binary(text);
    peer_.send(text, made);
  }
  void close(std::uint16_t code, std::string_view reason) override { peer_.close(code, reason); }
  void drop() override { peer_.drop(); }
  [[nodiscard]] const exchange::WebRequest& request() const noexcept override { return request_; }
  [[nodiscard]] std::size_t unsent() const noexcept override { return peer_.unsent(); }

 private:
  Wire& wire_;
  exchange::WebPeer& peer_;
  exchange::WebRequest request_;
};

Wire::Wire(exchange::Site& site) : site_{site} {}
Wire::~Wire() = default;

exchange::WebAnswer Wire::on_request(const exchange::WebRequest& request) {
  requests_.push_back(request.path + "?" + request.query);
  if (answers)
    if (auto answer = answers(request)) return *answer;
  return site_.on_request(request);
}
std::vector<Wire::Open>::iterator Wire::find(exchange::WebPeer& peer) {
  return std::find_if(lines_.begin(), lines_.end(),
                      [&](const Open& each) { return each.peer == &peer; });
}
std::optional<exchange::WebAnswer> Wire::on_open(exchange::WebPeer& peer) {
  targets_.push_back(peer.request().path + "?" + peer.request().query);
  lines_.push_back({&peer, std::make_unique<Line>(*this, peer)});
  auto refused = site_.on_open(*lines_.back().line);
  if (refused) lines_.pop_back();
  return refused;
}
void Wire::on_text(exchange::WebPeer& peer, std::string_view text) {
  texts_.emplace_back(text);
  site_.on_text(*find(peer)->line, text);
}
void Wire::on_closed(exchange::WebPeer& peer) {
  site_.on_closed(*find(peer)->line);
  lines_.erase(find(peer));
}
void Wire::say(const std::string& text) {
  for (const Open& each : lines_) each.peer->send(text);
}
void Wire::drop_all() {
  for (const Open& each : lines_) each.peer->drop();
}
void Wire::drop_oldest() {
  if (!lines_.empty()) lines_.front().peer->drop();
}

ExchangeRig::ExchangeRig(const RigWish& wish)
    : governor_{limits_of(wish.venue)}, ring_{wish.ring_bytes} {
  std::vector<Instrument> own;
  for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) own.push_back(instrument(wish.venue, symbol));
  const exchange::ApiKey key{};
  if (wish.venue == VenueId::BinanceSpot) {
    exchange::SpotSettings settings;
    settings.instruments = own;
    auto made = std::make_unique<exchange::SpotExchange>(settings);
    site_ = std::make_unique<exchange::SpotSite>(*made, std::vector{key});
    venue_ = std::move(made);
  } else {
    exchange::UsdmSettings settings;
    settings.instruments = own;
    auto made = std::make_unique<exchange::UsdmExchange>(settings);
    site_ = std::make_unique<exchange::UsdmSite>(*made, std::vector{key});
    venue_ = std::move(made);
  }
  site_->set_clock([this] { return now_ms_; });
  traders_ = std::make_unique<exchange::Traders>(*venue_, 42, wish.orders_per_second);
  traders_->open(now_ms_);
  wire_ = std::make_unique<Wire>(*site_);
  if (wish.tls) {
    authority_ = std::make_unique<Authority>(std::filesystem::temp_directory_path() /
                                             ("sq-market-" + std::to_string(::getpid())));
    const Certificate certificate = authority_->issue();
    server_tls_.emplace(net::TlsContext::server({certificate.certificate, certificate.key}));
    client_tls_.emplace(net::TlsContext::client({authority_->file(), {}}));
  }
  const std::uint16_t port = server_.listen(0, *wire_, server_tls_ ? &*server_tls_ : nullptr);
  binance::LinkSettings link;
  link.venue = wish.venue;
  link.silence_ns_max = wish.silence_ns_max;
  link.rest = link.stream = server_at(port, client_tls_ ? &*client_tls_ : nullptr);
  for (const std::string& symbol : wish.more_symbols)
    link.instruments.push_back(instrument(wish.venue, symbol));
  first_own_ = static_cast<std::uint32_t>(link.instruments.size());
  link.instruments.insert(link.instruments.end(), own.begin(), own.end());
  std::uint32_t index = 0;
  for (Instrument& each : link.instruments) each.id = InstrumentId{index++};
  for (const Instrument& each : own) {
    book::SyncSettings settings;
    settings.l2.tick = each.tick;
    settings.stale_after_ns = 60 * kNsPerSecond;
    feeds_.push_back({.book = std::make_unique<book::SyncedBook>(settings),
                      .market = venue_->markets().at(std::string{each.symbol.view()}).get()});
  }
  link_ = std::make_unique<binance::MarketLink>(link, wish.link, governor_, ring_);
}

void ExchangeRig::turn(int ms, bool trading) {
  for (int i = 0; i < ms; ++i) {
    ++now_ms_;
    if (!frozen_) {
      if (trading) traders_->act(now_ms_);
      site_->publish(now_ms_);
      server_.turn(0, now());
    }
    for (int step = 0; step < 8 && link_->step(now(), wall()); ++step) {
    }
    if (reading_) read_records();
  }
}

bool ExchangeRig::until(const std::function<bool()>& is_so, int ms_max) {
  for (int i = 0; i < ms_max; ++i) {
    if (is_so()) return true;
    turn(1);
  }
  return is_so();
}

void ExchangeRig::read_records() {
  while (RecordHeader* record = ring_.peek()) {
    take(*record);
    ring_.pop();
  }
}

void ExchangeRig::take(RecordHeader& record) {
  const std::uint32_t index = index_of(record.instrument);
  if (index < first_own_) return;
  Feed& feed = feeds_.at(index - first_own_);
  const auto first = static_cast<std::uint16_t>(kSourceFeedFirst);
  if (static_cast<std::uint16_t>(record.source) != first + index ||
      record.source_sequence <= feed.sequence)
    throw std::logic_error("a record of a wrong source, or out of order");
  feed.skipped += record.source_sequence - feed.sequence - 1;
  feed.sequence = record.source_sequence;
  record.mono = now();
  if (on_record) on_record(index - first_own_, record);
  switch (record.kind) {
    case RecordKind::DepthUpdate:
      static_cast<void>(feed.book->on_depth(record));
      break;
    case RecordKind::DepthSnapshot:
      ++feed.snapshots;
      static_cast<void>(feed.book->on_snapshot(record));
      break;
    case RecordKind::TopOfBook:
      ++feed.tops;
      feed.top = payload_of<TopOfBook>(record);
      static_cast<void>(feed.book->on_top(record));
      break;
    case RecordKind::TradePrint:
      feed.trades.push_back(payload_of<TradePrint>(record).last_trade_id);
      break;
    case RecordKind::MarkPrice:
      ++feed.marks;
      break;
    case RecordKind::FeedDropped:
      feed.dropped += payload_of<FeedDropped>(record).count;
      static_cast<void>(feed.book->on_disconnect());
      break;
    case RecordKind::FeedStatus:
      ++feed.events[payload_of<FeedStatus>(record).event];
      if (ends_book(payload_of<FeedStatus>(record).event))
        static_cast<void>(feed.book->on_disconnect());
      break;
    default:
      throw std::logic_error("a record of a kind that no market link sends");
  }
}

int ExchangeRig::events(FeedEvent event) const {
  int sum = 0;
  for (const Feed& feed : feeds_) {
    const auto found = feed.events.find(event);
    if (found != feed.events.end()) sum += found->second;
  }
  return sum;
}

bool ExchangeRig::all_live() const {
  for (const Feed& feed : feeds_)
    if (feed.book->state() != BookState::Live) return false;
  return true;
}

bool ExchangeRig::equal(const Feed& feed) const {
  const auto same = [&](Side side, const auto& levels) {
    if (feed.book->depth().levels(side) != levels.size()) return false;
    for (const auto& [price, qty] : levels)
      if (feed.book->depth().qty_at(side, price) != qty) return false;
    return true;
  };
  return feed.book->state() == BookState::Live && same(Side::Buy, feed.market->bids()) &&
         same(Side::Sell, feed.market->asks());
}

std::size_t ExchangeRig::books_that_differ() {
  turn(250, false);
  std::size_t differ = 0;
  for (const Feed& feed : feeds_)
    if (!equal(feed)) ++differ;
  return differ;
}
}  // namespace sq::test
