#include "engine/portfolio/fill_window.hpp"

namespace sq::portfolio {
namespace {
// A fee in the base asset is a disposal of that much base at the fill price, paid away: the
// position shrinks, its value becomes the fee.
bool fee_in_base(const Instrument& instrument, const Amount& fee) noexcept {
  return fee.raw != 0 && fee.currency == instrument.base && instrument.base != instrument.settle;
}
}  // namespace

std::optional<FillEffect> apply_fill(Position& position, const Instrument& instrument,
                                     const RememberedFill& fill) noexcept {
  FillEffect effect;
  Position next = position;
  const auto traded = next.trade(instrument, fill.side, fill.price, fill.qty);
  if (!traded) return std::nullopt;
  effect.flow = effect.traded = traded->flow;
  effect.realised = traded->realised;
  effect.fee = fill.fee.raw;
  if (fee_in_base(instrument, fill.fee)) {
    const Side side = effect.fee > 0 ? Side::Sell : Side::Buy;
    const Qty disposed = Qty::from_raw(effect.fee > 0 ? effect.fee : -effect.fee);  // both are 1e-8
    const auto disposal = next.trade(instrument, side, fill.price, disposed);
    if (!disposal) return std::nullopt;
    effect.flow += disposal->flow;
    effect.realised += disposal->realised;
    effect.fee = disposal->flow;
  }
  if (effect.fee != 0 && fill.fee.currency != instrument.settle &&
      fill.fee.currency != instrument.base) {
    effect.fee = 0;
    effect.unvalued = true;
  }
  position = next;
  return effect;
}

FillWindow::FillWindow(std::size_t capacity, std::size_t ledgers)
    : fills_(capacity), before_(ledgers) {}

void FillWindow::push(const RememberedFill& fill, std::span<const Instrument> instruments,
                      std::size_t ledgers_per_instrument) noexcept {
  if (fills_.empty()) return;
  if (count_ == fills_.size()) {
    const RememberedFill& oldest = fills_[first_];
    // It went through once already, from the same position.
    if (oldest.qty != Qty{})
      static_cast<void>(apply_fill(before_[oldest.ledger],
                                   instruments[oldest.ledger / ledgers_per_instrument], oldest));
    first_ = place(1);
    --count_;
  }
  fills_[place(count_)] = fill;
  ++count_;
}

RememberedFill* FillWindow::find(OrderId order, std::uint64_t trade_id) noexcept {
  for (std::size_t i = count_; i > 0; --i) {
    RememberedFill& fill = fills_[place(i - 1)];
    if (fill.trade_id == trade_id && fill.order == order) return &fill;
  }
  return nullptr;
}

std::optional<Position> FillWindow::position_of(std::uint32_t ledger,
                                                const Instrument& instrument) const noexcept {
  Position position = before_[ledger];
  for (std::size_t i = 0; i < count_; ++i) {
    const RememberedFill& fill = fills_[place(i)];
    if (fill.ledger != ledger || fill.qty == Qty{}) continue;
    if (!apply_fill(position, instrument, fill)) return std::nullopt;
  }
  return position;
}

// Layout: wal/SNAPSHOT.md, section Portfolio.
static_assert(sizeof(RememberedFill) == 56 && StateValue<RememberedFill> && StateValue<Position>);
void FillWindow::save(StateOut& out) const {
  out.put_all(before_);
  out.put_count(count_);
  for (std::size_t i = 0; i < count_; ++i) out.put(fills_[place(i)]);
}
bool FillWindow::restore(StateIn& in) {
  in.take_all(before_);
  first_ = 0;
  count_ = in.take_count(fills_.size());
  for (std::size_t i = 0; i < count_ && in.ok(); ++i) {
    fills_[i] = in.take<RememberedFill>();
    if (fills_[i].ledger >= before_.size()) in.fail();
  }
  return in.ok();
}
}  // namespace sq::portfolio
