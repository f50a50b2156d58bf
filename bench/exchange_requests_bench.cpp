// Requests of the WebSocket API that the local exchange answers: an order is placed, the next
// request cancels it. By the site alone, and over a plain connection with 32 requests on their way,
// client and server in one thread.
#include <vector>

#include "bench/harness.hpp"
#include "tests/binance-exchange/raw_client.hpp"

namespace {
using namespace sq;
using namespace sq::exchange;

// Takes what is sent and counts it.
class Sink final : public WebPeer {
 public:
  explicit Sink(const char* path) { request_.path = path; }
  void send(std::string_view payload, const Delivery&) override {
    bytes_ += payload.size();
    last_.assign(payload);
  }
  void close(std::uint16_t, std::string_view) override {}
  void drop() override {}
  [[nodiscard]] const WebRequest& request() const noexcept override { return request_; }
  [[nodiscard]] std::size_t unsent() const noexcept override { return 0; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] const std::string& last() const noexcept { return last_; }

 private:
  WebRequest request_;
  std::size_t bytes_{0};
  std::string last_;
};

std::string logon_text() {
  const std::string stamp = std::to_string(wall_ms());
  const auto signature =
      auth::Signer::pem(test_pair().private_pem).sign("apiKey=K&timestamp=" + stamp);
  return R"({"id":0,"method":"session.logon","params":{"apiKey":"K","timestamp":)" + stamp +
         R"(,"signature":")" + std::string{signature.view()} + "\"}}";
}
// Even ones place, odd ones cancel what the one before placed.
std::string request_text(std::size_t i) {
  const std::string head = R"({"id":)" + std::to_string(i) + R"(,"method":")";
  const std::string id = "b" + std::to_string(i / 2);
  const std::string tail = R"("timestamp":)" + std::to_string(wall_ms()) + "}}";
  if (i % 2 == 0)
    return head +
           R"(order.place","params":{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":)"
           R"("GTC","price":"90.00","quantity":"0.1","newClientOrderId":")" +
           id + "\"," + tail;
  return head + R"(order.cancel","params":{"symbol":"BTCUSDT","origClientOrderId":")" + id + "\"," +
         tail;
}

template <class World>
void by_site(bench::Session& session, const char* name, const char* path) {
  World world;
  world.site.set_limit_factor(1'000'000);
  Sink peer{path};
  if (world.site.on_open(peer)) throw std::runtime_error("not opened");
  world.site.on_text(peer, logon_text());
  session.run_batched(name, {.samples = 2'000, .input = "place and cancel in turn"},
                      [&](std::size_t i) {
                        world.site.on_text(peer, request_text(i));
                        return peer.bytes();
                      });
  if (peer.last().find("\"status\":200") == std::string::npos)
    throw std::runtime_error(peer.last());
  world.site.on_closed(peer);
}
template <class World>
void by_socket(bench::Session& session, const char* name, const char* path) {
  World world;
  world.site.set_limit_factor(1'000'000);
  RawClient client{world};
  if (!client.log_on(path)) throw std::runtime_error("not logged on");
  constexpr std::size_t kInFlight = 32;
  session.run_batched(name, {.samples = 1'000, .input = "place and cancel in turn, 32 in flight"},
                      [&](std::size_t i) {
                        client.say(request_text(i));
                        if (i % kInFlight != kInFlight - 1) return std::size_t{0};
                        std::size_t bytes = 0;
                        for (std::size_t n = 0; n < kInFlight; ++n)
                          bytes += client.message().value_or("").size();
                        return bytes;
                      });
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  by_site<SpotWorld>(session, "exchange/spot_request", "/ws-api/v3");
  by_site<UsdmWorld>(session, "exchange/usdm_request", "/ws-fapi/v1");
  by_socket<SpotWorld>(session, "exchange/spot_request_by_socket", "/ws-api/v3");
  by_socket<UsdmWorld>(session, "exchange/usdm_request_by_socket", "/ws-fapi/v1");
  return session.finish();
}
