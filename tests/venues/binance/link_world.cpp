#include "tests/venues/binance/link_world.hpp"

#include <algorithm>
#include <chrono>

#include "engine/types/decimal.hpp"
#include "tests/support/allocations.hpp"

namespace sq::test {
namespace {
// RFC 8032, 7.1, test 1
constexpr const char* kPrivate =
    "-----BEGIN PRIVATE "
    "KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "-----END PUBLIC KEY-----\n";

Instrument bitcoin(bool futures) {
  Instrument made;
  made.id = InstrumentId{0};
  made.venue = futures ? VenueId::BinanceUsdm : VenueId::BinanceSpot;
  made.kind = futures ? InstrumentKind::LinearPerpetual : InstrumentKind::Spot;
  made.symbol = Symbol{"BTCUSDT"};
  made.base = *Currency::parse("BTC");
  made.quote = made.settle = *Currency::parse("USDT");
  made.tick = made.price_min = *parse_fixed<Price>("0.1");
  made.price_max = Price::from_units(100'000);
  made.lot = made.qty_min = *parse_fixed<Qty>("0.001");
  made.qty_max = Qty::from_units(100);
  made.notional_min = 5 * Amount::kScale;
  return made;
}
MonoTime mono_now() {
  return MonoTime{std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::steady_clock::now().time_since_epoch())
                      .count()};
}
WallTime wall_now() {
  return WallTime{std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count()};
}
bool about_an_order(std::string_view text) {
  return text.find("\"order.") != std::string_view::npos ||
         text.find("\"openOrders.cancelAll") != std::string_view::npos;
}
}  // namespace

// What the exchange sees of a connection.
class LossySite::Peer final : public exchange::WebPeer {
 public:
  Peer(exchange::WebPeer& peer, LossySite& site) : peer_{peer}, site_{site} {}
  void send(std::string_view text, const exchange::Delivery& how) override {
    const bool event = text.find("\"event\":") != std::string_view::npos ||
                       text.find("\"e\":") != std::string_view::npos;
    if (event ? site_.lose_events : losing) return;
    peer_.send(text, how);
  }
  void close(std::uint16_t code, std::string_view reason) override { peer_.close(code, reason); }
  void drop() override { peer_.drop(); }
  const exchange::WebRequest& request() const noexcept override { return peer_.request(); }
  std::size_t unsent() const noexcept override { return peer_.unsent(); }
  [[nodiscard]] exchange::WebPeer& real() noexcept { return peer_; }
  bool losing{false};

 private:
  exchange::WebPeer& peer_;
  LossySite& site_;
};

LossySite::LossySite(exchange::Site& site) : site_{site} {}
LossySite::~LossySite() = default;

exchange::WebAnswer LossySite::on_request(const exchange::WebRequest& request) {
  ++requests;
  if (rest)
    if (auto answer = rest(request)) return *answer;
  return site_.on_request(request);
}
std::optional<exchange::WebAnswer> LossySite::on_open(exchange::WebPeer& peer) {
  peers_.push_back(std::make_unique<Peer>(peer, *this));
  auto refused = site_.on_open(*peers_.back());
  if (refused) peers_.pop_back();
  return refused;
}
void LossySite::on_text(exchange::WebPeer& peer, std::string_view text) {
  for (const auto& each : peers_) {
    if (&each->real() != &peer) continue;
    const bool order = about_an_order(text);
    if (order && cut) {
      if (!lose_requests) {
        each->losing = true;
        site_.on_text(*each, text);
      }
      return cut_all();
    }
    if (order && lose_requests) return;
    each->losing = order && lose_answers;
    site_.on_text(*each, text);
    each->losing = false;
    return;
  }
}
void LossySite::on_closed(exchange::WebPeer& peer) {
  for (auto each = peers_.begin(); each != peers_.end(); ++each) {
    if (&(*each)->real() != &peer) continue;
    site_.on_closed(**each);
    peers_.erase(each);
    return;
  }
}
void LossySite::cut_all() {
  for (const auto& each : peers_) each->drop();
}
void LossySite::tell_all(std::string_view text) {
  for (const auto& each : peers_) each->real().send(text);
}

LinkWorld::LinkWorld(const LinkOptions& options)
    : instrument{bitcoin(options.futures)}, options_{options} {
  exchange::ApiKey user;
  user.key = "KEY";
  user.hmac_secret = "SECRET";
  user.public_key_pem = kPublic;
  if (options.futures) {
    exchange::UsdmSettings settings;
    settings.instruments = {instrument};
    settings.users = 2;
    if (options.funding_ms != 0) settings.funding_ms = options.funding_ms;
    futures = std::make_unique<exchange::UsdmExchange>(settings);
    site = std::make_unique<exchange::UsdmSite>(*futures, std::vector<exchange::ApiKey>{user});
  } else {
    exchange::SpotSettings settings;
    settings.instruments = {instrument};
    for (int i = 0; i < 2; ++i) {
      exchange::Account account;
      account.balances["BTC"].free = 1'000 * Amount::kScale;
      account.balances["USDT"].free = 1'000'000 * Amount::kScale;
      settings.accounts.push_back(account);
    }
    spot = std::make_unique<exchange::SpotExchange>(settings);
    site = std::make_unique<exchange::SpotSite>(*spot, std::vector<exchange::ApiKey>{user});
  }
  site->set_limit_factor(options.limit_factor);
  lossy = std::make_unique<LossySite>(*site);
  port_ = server.listen(0, *lossy, server_tls.get());
  signer = std::make_unique<auth::Signer>(options.ed25519 ? auth::Signer::pem(kPrivate)
                                                          : auth::Signer::hmac("SECRET"));
  governor = std::make_unique<binance::RateGovernor>(std::vector<binance::RateLimit>{
      {binance::RateKind::Weight, 60 * kNsPerSecond, options.futures ? 2'400 : 6'000},
      {binance::RateKind::Orders, 10 * kNsPerSecond, 300},
      {binance::RateKind::Connections, 300 * kNsPerSecond, 300}});
  make_link();
}

void LinkWorld::make_link() {
  binance::Server there;
  there.host = "127.0.0.1";
  there.port = port_;
  there.tls = client_tls.get();
  std::string problem;
  there.addresses = net::resolve(there.host, port_, problem);
  where_.venue = instrument.venue;
  where_.rest = where_.stream = where_.api = there;
  if (!options_.session) where_.api.host.clear();
  where_.instruments = {instrument};
  binance::OrderLinkSettings settings;
  settings.instance = "T";
  settings.api_key = "KEY";
  settings.approval = key;
  settings.in_flight_max = 1'024;
  if (options_.change) options_.change(settings, where_);
  link = std::make_unique<binance::OrderLink>(where_, settings, *signer, latch, *governor, in, out);
}
void LinkWorld::restart_link() {
  link.reset();
  told_records.clear();
  make_link();
}

exchange::Venue& LinkWorld::venue() {
  if (futures) return *futures;
  return *spot;
}

void LinkWorld::turn() {
  server.turn(0, mono_now());
  site->publish(wall_ms());
  if (link) static_cast<void>(link->step(mono_now(), wall_now()));
  while (RecordHeader* record = out.peek()) {
    if (take) {
      take(*record);
      out.pop();
      continue;
    }
    const auto payload = payload_bytes(*record);
    told_records.push_back({*record, {payload.begin(), payload.end()}});
    out.pop();
  }
}
std::uint64_t LinkWorld::allocations_of_a_step() {
  const MonoTime now = mono_now();
  const WallTime wall = wall_now();
  const std::uint64_t before = allocations_on_this_thread();
  static_cast<void>(link->step(now, wall));
  return allocations_on_this_thread() - before;
}
bool LinkWorld::until(const std::function<bool()>& so, int seconds_max) {
  const MonoTime end = mono_now() + seconds_max * kNsPerSecond;
  while (!so()) {
    if (mono_now() > end) return false;
    turn();
  }
  return true;
}

OrderId LinkWorld::place(Side side, const char* price, const char* qty, TimeInForce tif,
                         bool reduce_only) {
  OrderRequest draft;
  draft.limit = *parse_fixed<Price>(price);
  draft.qty = *parse_fixed<Qty>(qty);
  draft.side = side;
  draft.tif = tif;
  draft.reduce_only = reduce_only ? 1 : 0;
  draft.strategy = StrategyId{0};
  draft.approval = mint.approve(draft, instrument.id);
  draft.id = OrderId::make(1, ++orders);
  auto record = make_record(RecordKind::OrderSent, draft);
  record.header.instrument = instrument.id;
  const auto approved = mint.seal(record.header);
  if (!approved || !in.try_push(record.header, approved->stamp())) return {};
  return draft.id;
}
void LinkWorld::cancel(OrderId id) {
  auto record =
      make_record(RecordKind::CancelSent, CancelRequest{id, StrategyId{0}, {}, {}, {}, {}});
  record.header.instrument = instrument.id;
  static_cast<void>(in.try_push(record.header));
}
void LinkWorld::cancel_together(const std::vector<OrderId>& ids, bool all, bool ends) {
  for (const OrderId id : ids) {
    CancelRequest request;
    request.id = id;
    request.group = all ? CancelGroup::All : CancelGroup::Some;
    if (ends && id == ids.back())
      request.group = all ? CancelGroup::LastOfAll : CancelGroup::LastOfSome;
    auto record = make_record(RecordKind::CancelSent, request);
    record.header.instrument = instrument.id;
    static_cast<void>(in.try_push(record.header));
  }
}
void LinkWorld::query(OrderId id) {
  auto record = make_record(RecordKind::QuerySent, QueryRequest{id});
  record.header.instrument = instrument.id;
  static_cast<void>(in.try_push(record.header));
}
void LinkWorld::query_account(std::uint64_t request) {
  AccountQuery asked;
  asked.request = request;
  asked.trades_from = WallTime{(wall_ms() - 60'000) * kNsPerMs};  // before the test began
  asked.venue = instrument.venue;
  auto record = make_record(RecordKind::QuerySent, asked);
  record.header.instrument = instrument.id;
  static_cast<void>(in.try_push(record.header));
}
void LinkWorld::other(const char* side, const char* price, const char* qty, const char* tif) {
  exchange::Params params;
  params.add("symbol", "BTCUSDT");
  params.add("side", side);
  params.add("type", "LIMIT");
  params.add("timeInForce", tif);
  params.add("price", price);
  params.add("quantity", qty);
  static_cast<void>(venue().call("order.place", params, 1, wall_ms()));
}

std::vector<OrderReport> LinkWorld::reports(OrderId id) const {
  std::vector<OrderReport> found;
  for (const Told& told : told_records) {
    if (told.header.kind != RecordKind::OrderReport) continue;
    const auto& report = *reinterpret_cast<const OrderReport*>(told.payload.data());
    if (report.id == id) found.push_back(report);
  }
  return found;
}
std::vector<ReportKind> LinkWorld::kinds(OrderId id) const {
  std::vector<ReportKind> found;
  for (const OrderReport& report : reports(id)) found.push_back(report.kind);
  return found;
}
bool LinkWorld::told(OrderId id, ReportKind kind) const {
  const auto all = kinds(id);
  return std::find(all.begin(), all.end(), kind) != all.end();
}
std::size_t LinkWorld::count(RecordKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(told_records.begin(), told_records.end(),
                    [&](const Told& told) { return told.header.kind == kind; }));
}
}  // namespace sq::test
