#include "engine/oms/break_list.hpp"

#include <algorithm>

namespace sq::oms {
bool same_subject(const BreakChanged& a, InstrumentId a_instrument, const BreakChanged& b,
                  InstrumentId b_instrument) noexcept {
  return a.kind == b.kind && a.venue == b.venue && a.account == b.account && a.order == b.order &&
         a.venue_order_id == b.venue_order_id && a.trade_id == b.trade_id &&
         a.currency == b.currency && a_instrument == b_instrument;
}

void BreakList::apply(const RecordHeader& record) noexcept {
  const auto& changed = payload_of<BreakChanged>(record);
  if (changed.state == BreakState::Compared) return;
  last_number_ = std::max(last_number_, changed.number);
  const auto at = std::find_if(open_.begin(), open_.end(), [&](const Break& each) {
    return each.told.number == changed.number;
  });
  switch (changed.state) {
    case BreakState::Opened:
      ++opened_;
      if (at != open_.end()) {
        at->told = changed;
        at->accepted = false;
      } else if (!full()) {
        Break fresh;
        fresh.told = changed;
        fresh.instrument = record.instrument;
        open_.push_back(fresh);
      }
      return;
    case BreakState::Aged:
      if (at != open_.end()) at->age = changed.age;
      return;
    case BreakState::Resolved:
    case BreakState::Released:
      if (at != open_.end()) open_.erase(at);
      return;
    case BreakState::Accepted:
      if (at == open_.end()) return;
      at->accepted = true;
      at->accepted_by = changed.who;
      return;
    case BreakState::Proposed:
      if (at != open_.end()) at->proposed_by = changed.who;
      return;
    case BreakState::Compared:
      return;
  }
}

const Break* BreakList::find(std::uint64_t number) const noexcept {
  for (const Break& each : open_)
    if (each.told.number == number) return &each;
  return nullptr;
}
const Break* BreakList::find(const BreakChanged& subject, InstrumentId instrument) const noexcept {
  for (const Break& each : open_)
    if (same_subject(each.told, each.instrument, subject, instrument)) return &each;
  return nullptr;
}

std::size_t BreakList::unaccepted(VenueId venue) const noexcept {
  return static_cast<std::size_t>(std::count_if(open_.begin(), open_.end(), [&](const Break& each) {
    return each.told.venue == venue && !each.accepted;
  }));
}

void BreakList::save(StateOut& out) const {
  out.put(last_number_);
  out.put(opened_);
  out.put_count(open_.size());
  for (const Break& each : open_) {
    out.put(each.told);
    out.put(each.instrument);
    out.put(each.age);
    out.put(static_cast<std::uint8_t>(each.accepted ? 1 : 0));
    out.put(each.accepted_by);
    out.put(each.proposed_by);
  }
}
bool BreakList::restore(StateIn& in) {
  last_number_ = in.take<std::uint64_t>();
  opened_ = in.take<std::uint64_t>();
  const std::size_t n = in.take_count(kMax);
  open_.clear();
  for (std::size_t i = 0; i < n && in.ok(); ++i) {
    Break each;
    each.told = in.take<BreakChanged>();
    each.instrument = in.take<InstrumentId>();
    each.age = in.take<std::uint8_t>();
    each.accepted = in.take<std::uint8_t>() != 0;
    each.accepted_by = in.take<FixedText<24>>();
    each.proposed_by = in.take<FixedText<24>>();
    open_.push_back(each);
  }
  return in.ok();
}
}  // namespace sq::oms
