// The engine's construction, its events and its refusals. Part of engine.hpp.
#pragma once

#include "engine/book/matching/engine.hpp"

namespace sq::matching {
template <class Sink>
Engine<Sink>::Engine(const Settings& settings, Sink& sink)
    : settings_{checked(settings)},
      sink_{sink},
      rules_{settings.rules},
      orders_{settings.orders_max},
      sides_{{Side::Buy, settings.window_ticks, orders_, settings.orders_max},
             {Side::Sell, settings.window_ticks, orders_, settings.orders_max}},
      positions_{settings.owners_max},
      ids_{settings.ids_indexed ? settings.orders_max : 0},
      indexed_{settings.ids_indexed},
      stops_{{settings.orders_max, &OrderExtras::stop_place},
             {settings.orders_max, &OrderExtras::stop_place}},
      expiring_{settings.orders_max, &OrderExtras::expiry_place},
      search_{settings.orders_max},
      trial_positions_(settings.owners_max) {
  chosen_.reserve(settings.orders_max);
}

template <class Sink>
std::uint32_t Engine<Sink>::waiting_stops() const noexcept {
  std::uint32_t waiting = stops_[0].size() + stops_[1].size();
  for (Handle h = orders_.first(due()); h != kNoHandle; h = orders_.behind(h)) ++waiting;
  return waiting;
}

template <class Sink>
std::size_t Engine<Sink>::bytes() const noexcept {
  const std::size_t orders = settings_.orders_max;
  return orders_.bytes() + ids_.bytes() + 24 * std::size_t{settings_.window_ticks} +
         orders * (32 + 3 * OrderHeap::kEntryBytes + UncrossSearch::kOrderBytes + sizeof(Handle)) +
         settings_.owners_max * (Positions::kOwnerBytes + sizeof(TrialPosition));
}

// Of an order that is open or being executed; quantities in lots.
template <class Sink>
Event Engine<Sink>::event_of(EventKind kind, Handle handle, std::int64_t lots,
                             std::int64_t shown) const noexcept {
  const OrderCell& record = orders_[handle];
  return {.kind = kind,
          .side = record.side(),
          .handle = handle,
          .owner = record.owner,
          .id = record.id,
          .price = rules_.price_of(orders_.terms(handle).price),
          .qty = rules_.qty_of(lots),
          .shown = rules_.qty_of(shown)};
}

template <class Sink>
void Engine<Sink>::emit(EventKind kind, Handle handle, std::int64_t lots, std::int64_t shown,
                        std::uint8_t code, std::uint8_t flags) noexcept {
  Event event = event_of(kind, handle, lots, shown);
  event.code = code;
  event.flags = flags;
  sink_(event);
}

template <class Sink>
Refusal Engine<Sink>::reject(Command command, Refusal refusal, OrderId id, OwnerId owner) noexcept {
  ++refused_[static_cast<std::size_t>(refusal)];
  sink_(Event{.kind = EventKind::Rejected,
              .code = static_cast<std::uint8_t>(refusal),
              .flags = static_cast<std::uint8_t>(command),
              .owner = owner,
              .id = id});
  return refusal;
}

template <class Sink>
void Engine<Sink>::choose_path() noexcept {
  plain_phase_ = phase_ == Phase::Continuous && rules_.around_last() == 0;
  plain_path_ = plain_phase_ && !indexed_;
}
}  // namespace sq::matching
