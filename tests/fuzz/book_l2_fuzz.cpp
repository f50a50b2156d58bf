// L2Book against an ordered map: every byte string is a sequence of updates. Aborts at the first
// difference.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "tests/book/book_model.hpp"

namespace {
using namespace sq;
using book::Applied;

constexpr std::int64_t kTick = 10'000'000;
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max() / kTick;

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_{data}, left_{size} {}
  [[nodiscard]] bool more() const { return left_ > 0; }
  std::uint64_t take(std::size_t count) {
    std::uint64_t value = 0;
    count = count < left_ ? count : left_;
    std::memcpy(&value, data_, count);
    data_ += count;
    left_ -= count;
    return value;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

// Tick numbers near the last ones, anywhere, and at the ends of the range.
std::int64_t next_tick(Bytes& bytes, std::uint64_t how, std::int64_t last) {
  std::int64_t tick = 0;
  switch (how % 4) {
    case 0:
      tick = last + static_cast<std::int8_t>(bytes.take(1));
      break;
    case 1:
      tick = last + static_cast<std::int16_t>(bytes.take(2));
      break;
    case 2:
      tick = static_cast<std::int64_t>(bytes.take(5));
      break;
    default:
      tick = bytes.take(1) % 2 == 0 ? 1 : kLast;
      break;
  }
  return tick < 1 ? 1 : tick > kLast ? kLast : tick;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes{data, size};
  constexpr std::uint32_t kFarMax = 64;
  book::L2Book book{
      {.tick = Price::from_raw(kTick), .window_ticks = 256, .far_levels_max = kFarMax}};
  book::BookModel model;
  std::int64_t last = 1'000;
  for (std::size_t step = 0; bytes.more(); ++step) {
    const std::uint64_t what = bytes.take(1);
    const Side side = (what & 1) != 0 ? Side::Buy : Side::Sell;
    last = next_tick(bytes, what >> 1, last);
    if ((what & 0xF8) == 0xF8) {
      book.clear();
      model.clear();
      continue;
    }
    const Price price = Price::from_raw(last * kTick + ((what & 0xF8) == 0xF0 ? 1 : 0));
    const Qty qty = Qty::from_raw(static_cast<std::int64_t>((what >> 3) % 3));
    const std::size_t levels = book.levels(side);
    switch (book.set(side, price, qty)) {
      case Applied::Ok:
        model.set(side, price, qty);
        break;
      case Applied::OffTick:
        SQ_CHECK(price.raw() % kTick != 0);
        break;
      case Applied::Full:
        SQ_CHECK(levels >= kFarMax && model.qty_at(side, price) == Qty{});
        break;
      case Applied::NotPositive:
        SQ_CHECK(false);
    }
    SQ_CHECK(book.qty_at(side, price) == model.qty_at(side, price));
    if (step % 16 == 0) SQ_CHECK(*book::difference(book, model) == '\0');
  }
  SQ_CHECK(*book::difference(book, model) == '\0');
  return 0;
}
