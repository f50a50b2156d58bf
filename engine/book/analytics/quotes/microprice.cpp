#include "engine/book/analytics/quotes/microprice.hpp"

#include <algorithm>
#include <stdexcept>

namespace sq::book::analytics {
namespace {
std::size_t states_of(const MicropriceSettings& settings) {
  const bool in_range = settings.tick > Price{} && usable(settings.tick) &&
                        settings.imbalance_classes >= 2 && settings.imbalance_classes <= 16 &&
                        settings.spread_classes >= 1 && settings.spread_classes <= 4 &&
                        settings.refresh_quotes >= 256 &&
                        settings.memory_quotes >= settings.refresh_quotes;
  if (!in_range) throw std::invalid_argument{"a setting of the micro-price is out of its range"};
  return std::size_t{settings.imbalance_classes} * settings.spread_classes;
}
}  // namespace

Microprice::Microprice(const MicropriceSettings& settings)
    : settings_{settings},
      mirror_(states_of(settings)),
      stayed_(states_of(settings) * states_of(settings)),
      moved_(stayed_.size()),
      moves_(states_of(settings)),
      solver_{states_of(settings)},
      adjustment_(states_of(settings)),
      seen_(states_of(settings)),
      seen_next_(states_of(settings)) {
  const std::size_t classes = settings.imbalance_classes;
  for (std::size_t state = 0; state < mirror_.size(); ++state) {
    const std::size_t imbalance = state % classes;
    mirror_[state] = state - imbalance + (classes - 1 - imbalance);
  }
  for (std::int64_t i = 0; i < 4; ++i)
    width_[i] = Price::times(settings.tick, i + 1).value_or(Price::max()).raw();
}

void Microprice::refresh_a_step() noexcept {
  if (loading_) {
    load_row(row_++);
    if (row_ < solver_.states()) return;
    loading_ = false;
    solver_.begin();
    if (counted_ >= settings_.memory_quotes) halve();
    return;
  }
  if (!solver_.busy()) {
    since_refresh_ = 0;
    row_ = 0;
    loading_ = true;
    return;
  }
  if (solver_.step()) return;
  ++refreshes_;
  if (solver_.failed()) {
    ++refreshes_failed_;
    return;
  }
  std::ranges::copy(solver_.adjustment(), adjustment_.begin());
  std::ranges::copy(seen_next_, seen_.begin());
}

void Microprice::load_row(std::size_t from) noexcept {
  const std::size_t n = solver_.states();
  const std::size_t other = mirror_[from];
  double all = 0;
  for (std::size_t to = 0; to < n; ++to) {
    const std::size_t mirrored = other * n + mirror_[to];
    const double stayed = stayed_[from * n + to] + stayed_[mirrored];
    const double moved = moved_[from * n + to] + moved_[mirrored];
    solver_.q()[to * n + from] = stayed;
    solver_.t()[to * n + from] = moved;
    all += stayed + moved;
  }
  seen_next_[from] = static_cast<std::uint64_t>(all);
  const double share = 1.0 / (all + 1.0);
  for (std::size_t to = 0; to < n; ++to) {
    solver_.q()[to * n + from] *= share;
    solver_.t()[to * n + from] *= share;
  }
  solver_.k()[from] = (moves_[from] - moves_[other]) * share / (2.0 * kPriceUnit);
}

void Microprice::halve() noexcept {
  for (std::size_t i = 0; i < stayed_.size(); ++i) {
    stayed_[i] *= 0.5;
    moved_[i] *= 0.5;
  }
  for (double& sum : moves_) sum *= 0.5;
  counted_ /= 2;
}
}  // namespace sq::book::analytics
