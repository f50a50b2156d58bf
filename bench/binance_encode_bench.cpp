// Approved orders, and cancels, to the text that is sent: in a session that has logged on, and each
// with a signature.
#include <optional>
#include <random>
#include <vector>

#include "bench/harness.hpp"
#include "engine/types/wire_id.hpp"
#include "venues/binance/order_text.hpp"

namespace {
using namespace sq;
constexpr std::size_t kOrders = 4096;

struct Orders {
  std::vector<Record<OrderRequest>> records;
  std::vector<risk::Approved> approved;
  std::vector<WireId> names;
};
Orders make_orders() {
  std::mt19937_64 random{42};
  risk::ApprovalMint mint{{1, 2}};
  Orders made;
  made.records.resize(kOrders);
  for (std::size_t i = 0; i < kOrders; ++i) {
    OrderRequest order;
    order.id = OrderId::make(1, i + 1);
    order.side = random() % 2 == 0 ? Side::Buy : Side::Sell;
    order.limit = Price::from_raw((600'000 + static_cast<std::int64_t>(random() % 20'000)) *
                                  Price::kScale / 10);
    order.qty =
        Qty::from_raw(static_cast<std::int64_t>(1 + random() % 5'000) * Qty::kScale / 1'000);
    order.approval = mint.approve(order, InstrumentId{0});
    made.records[i] = make_record(RecordKind::OrderSent, order);
    made.records[i].header.instrument = InstrumentId{0};
    made.approved.push_back(*mint.seal(made.records[i].header));
    made.names.push_back(*to_wire("DEMO", order.id));
  }
  return made;
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const Orders orders = make_orders();
  Instrument instrument;
  instrument.id = InstrumentId{0};
  instrument.venue = VenueId::BinanceUsdm;
  instrument.symbol = Symbol{"BTCUSDT"};
  const auto signer =
      auth::Signer::hmac("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j");
  const WallTime now{1'723'161'255'030'000'000};
  const binance::RequestStamp logged_on{now, 5'000};
  const binance::RequestStamp with_key{
      now, 5'000, "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A", &signer};
  char out[binance::kOrderTextMax];
  const auto place = [&](std::size_t i, const binance::RequestStamp& stamp) {
    const auto text = binance::write_place(orders.approved[i % kOrders], instrument,
                                           orders.names[i % kOrders].view(), i + 1, stamp, out);
    return text ? text->size() : 0;
  };
  session.run_batched("binance/encode_order",
                      {.input = "4,096 limit orders, seed 42; in a session that has logged on"},
                      [&](std::size_t i) { return place(i, logged_on); });
  session.run_batched("binance/encode_order_hmac",
                      {.samples = 5'000, .input = "the same, each with key and signature"},
                      [&](std::size_t i) { return place(i, with_key); });
  session.run_batched("binance/encode_cancel", {.input = "cancels of them, in a session"},
                      [&](std::size_t i) {
                        const auto text = binance::write_cancel(
                            instrument, {orders.names[i % kOrders].view()}, i + 1, logged_on, out);
                        return text ? text->size() : 0;
                      });
  return session.finish();
}
