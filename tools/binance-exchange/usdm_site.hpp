// The USD-M exchange on the wire. Source: protocol facts of binance_futures 2, 3, 7, 8.
// Thread: the server's. Errors: see site.hpp.
#pragma once

#include "tools/binance-exchange/site.hpp"
#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
class UsdmSite final : public ExchangeSite {
 public:
  UsdmSite(UsdmExchange& exchange, std::vector<ApiKey> keys);

 private:
  [[nodiscard]] std::span<const Endpoint> endpoints() const override;
  [[nodiscard]] bool open_path(const WebRequest& request, Peer& peer) override;
  [[nodiscard]] std::optional<boost::json::value> user_data_call(Peer& peer,
                                                                 const std::string& method,
                                                                 const Params& params,
                                                                 std::int64_t now_ms) override;
  void publish_trade(const std::string& symbol, const PublicTrade& trade,
                     std::int64_t now_ms) override;
  void publish_best(const SymbolMarket& market, std::int64_t now_ms) override;
  void publish_depth(const SymbolMarket& market, const SymbolMarket::Changes& changes,
                     std::int64_t now_ms) override;
  void publish_more(std::int64_t now_ms) override;
  [[nodiscard]] boost::json::object partial_book(const SymbolMarket& market, std::size_t levels,
                                                 std::int64_t now_ms) const override;
  [[nodiscard]] std::int64_t weight_of(const Endpoint& endpoint,
                                       const Params& params) const override;
  void end_user_streams(std::int64_t now_ms) override;
  void tell_ended_keys(bool end_all, std::int64_t now_ms);
  void send_user(std::uint16_t account, const boost::json::object& event);

  UsdmExchange& exchange_;
  std::int64_t marks_due_ms_{0};
};
}  // namespace sq::exchange
