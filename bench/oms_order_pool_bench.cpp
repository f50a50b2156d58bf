// An order object taken from the pool, with its place in the index by id and in its instrument's
// list; and the whole round, given back included.
#include <array>

#include "bench/harness.hpp"
#include "engine/oms/order_pool.hpp"

namespace {
using namespace sq;
constexpr std::uint32_t kSlots = 1U << 14;
constexpr std::uint32_t kInstruments = 8;
constexpr std::size_t kBatch = 64;

InstrumentId instrument_of(std::size_t i) {
  return InstrumentId{static_cast<std::uint32_t>(i % kInstruments)};
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  oms::OrderPool pool{kSlots, kInstruments};
  std::uint64_t counter = 0;
  std::array<oms::Order*, kBatch> taken{};
  session.run_batched(
      "oms/order_from_pool", {.batch = kBatch, .input = "take one of 16384, 64 in a row"},
      [&](std::size_t i) {
        taken[i % kBatch] = pool.create(OrderId::make(1, ++counter), instrument_of(i));
        return counter;
      },
      [&](std::size_t) {
        for (oms::Order* order : taken) {
          if (order == nullptr || order->state == OrderState::Filled) continue;
          order->state = OrderState::Filled;
          pool.finish(*order);
        }
      });
  session.run_batched("oms/order_round", {.input = "take, fill, give back; 16384 slots"},
                      [&](std::size_t i) {
                        oms::Order* order =
                            pool.create(OrderId::make(2, ++counter), instrument_of(i));
                        order->state = OrderState::Filled;
                        pool.finish(*order);
                        return order->request.id.value;
                      });
  return session.finish();
}
