// The local exchange and a market link to it in one thread, on real sockets and a clock that the
// test moves: a millisecond a turn. What the exchange says can be lost or changed on the way.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/book/synced_book.hpp"
#include "engine/messaging/record_ring.hpp"
#include "engine/net/tls/tls_context.hpp"
#include "tests/net/certificates.hpp"
#include "tools/binance-exchange/server.hpp"
#include "tools/binance-exchange/spot_site.hpp"
#include "tools/binance-exchange/traders.hpp"
#include "tools/binance-exchange/usdm_site.hpp"
#include "venues/binance/market_link.hpp"

namespace sq::test {
// Between the server and the exchange.
class Wire final : public exchange::Site {
 public:
  explicit Wire(exchange::Site& site);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  std::function<bool(const std::string& text)> passes;    // false: the message is lost
  std::function<bool(std::string& text)> to_binary;       // true: `text` is a frame now
  std::function<void(exchange::WebRequest&)> on_opening;  // what the exchange is told
  std::function<std::optional<exchange::WebAnswer>(const exchange::WebRequest&)> answers;

  exchange::WebAnswer on_request(const exchange::WebRequest& request) override;
  std::optional<exchange::WebAnswer> on_open(exchange::WebPeer& peer) override;
  void on_text(exchange::WebPeer& peer, std::string_view text) override;
  void on_closed(exchange::WebPeer& peer) override;

  void say(const std::string& text);  // to every connection
  void drop_all();                    // without a word
  void drop_oldest();
  [[nodiscard]] std::size_t connections() const noexcept { return lines_.size(); }
  [[nodiscard]] const std::vector<std::string>& requests() const noexcept { return requests_; }
  [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }
  [[nodiscard]] const std::vector<std::string>& targets() const noexcept { return targets_; }

 private:
  class Line;
  exchange::Site& site_;
  struct Open {
    exchange::WebPeer* peer{nullptr};
    std::unique_ptr<Line> line;
  };
  [[nodiscard]] std::vector<Open>::iterator find(exchange::WebPeer& peer);
  std::vector<Open> lines_;            // oldest first
  std::vector<std::string> requests_;  // REST, in order
  std::vector<std::string> texts_;     // from the clients
  std::vector<std::string> targets_;   // of the connections
};

struct RigWish {
  VenueId venue{VenueId::BinanceSpot};
  bool tls{false};
  binance::MarketLinkSettings link{};
  std::uint64_t ring_bytes{std::uint64_t{1} << 22U};
  std::int64_t silence_ns_max{2 * kNsPerSecond};
  std::vector<std::string> more_symbols{};  // that the exchange does not have; before its own
  int orders_per_second{200};
};

class ExchangeRig {
 public:
  explicit ExchangeRig(const RigWish& wish = {});

  // So many milliseconds; the traders trade, or rest.
  void turn(int ms, bool trading = true);
  // Until it is so; false: not within so many milliseconds.
  bool until(const std::function<bool()>& is_so, int ms_max = 20'000);
  void freeze(bool frozen) noexcept { frozen_ = frozen; }        // the exchange's host does nothing
  void read_ring(bool reading) noexcept { reading_ = reading; }  // or the consumer is stuck

  std::function<void(std::size_t feed, const RecordHeader& record)> on_record;

  // After a pause of the traders: how many books do not equal the exchange's, level for level.
  [[nodiscard]] std::size_t books_that_differ();
  [[nodiscard]] bool all_live() const;

  struct Feed {
    std::unique_ptr<book::SyncedBook> book;
    exchange::SymbolMarket* market{nullptr};
    std::uint64_t sequence{0};
    std::uint64_t skipped{0};  // numbers that never came
    std::map<FeedEvent, int> events{};
    std::uint64_t dropped{0};  // told by FeedDropped
    std::vector<std::uint64_t> trades{};
    std::uint64_t tops{0};
    std::uint64_t marks{0};
    std::uint64_t snapshots{0};
    TopOfBook top{};
  };
  [[nodiscard]] std::vector<Feed>& feeds() noexcept { return feeds_; }  // of the exchange's symbols
  [[nodiscard]] int events(FeedEvent event) const;                      // of all feeds
  [[nodiscard]] binance::MarketLink& link() noexcept { return *link_; }
  [[nodiscard]] Wire& wire() noexcept { return *wire_; }
  [[nodiscard]] binance::RateGovernor& governor() noexcept { return governor_; }
  [[nodiscard]] const exchange::SiteCounters& site() const noexcept { return site_->counters(); }
  [[nodiscard]] MonoTime now() const noexcept { return MonoTime{now_ms_ * kNsPerMs}; }
  [[nodiscard]] WallTime wall() const noexcept { return WallTime{now_ms_ * kNsPerMs}; }

 private:
  void read_records();
  void take(RecordHeader& record);
  [[nodiscard]] bool equal(const Feed& feed) const;

  std::int64_t now_ms_{1'790'000'000'000};
  std::unique_ptr<Authority> authority_;
  std::optional<net::TlsContext> server_tls_;
  std::optional<net::TlsContext> client_tls_;
  std::unique_ptr<exchange::Venue> venue_;
  std::unique_ptr<exchange::ExchangeSite> site_;
  std::unique_ptr<exchange::Traders> traders_;
  std::unique_ptr<Wire> wire_;
  exchange::Server server_;
  binance::RateGovernor governor_;
  RecordRing ring_;
  std::unique_ptr<binance::MarketLink> link_;
  std::vector<Feed> feeds_;
  std::uint32_t first_own_{0};
  bool frozen_{false};
  bool reading_{true};
};
}  // namespace sq::test
