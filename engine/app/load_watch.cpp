#include "engine/app/load_watch.hpp"

#include <algorithm>
#include <utility>

namespace sq::app {
LoadWatch::LoadWatch(const settings::Config& config, const wal::Log& log) noexcept : log_{log} {
  const bool real_time = config.engine.mode != settings::Mode::Recorded ||
                         config.session.speed != settings::Session::kSpeedMax;
  on_ = real_time && std::ranges::any_of(config.risk.breakers, [](const auto& each) {
          return each.kind == settings::BreakerKind::EventLag ||
                 each.kind == settings::BreakerKind::RingFull;
        });
}

bool LoadWatch::due(std::int64_t now_ns, Record<VenueState>& record) noexcept {
  if (!on_ || now_ns - told_ns_ < kEveryNs) return false;
  told_ns_ = now_ns;
  VenueState load;
  load.lag_ns = std::exchange(lag_ns_, 0);
  load.ring_used = log_.rings_used();
  record = make_record(RecordKind::VenueState, load);
  return true;
}
}  // namespace sq::app
