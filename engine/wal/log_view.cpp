#include "engine/wal/log_view.hpp"

#include "engine/wal/meta.hpp"

namespace sq::wal {
LogView LogView::open(const std::filesystem::path& dir) {
  constexpr int kTries = 3;  // the owner may close or reopen between our two looks
  LogView view;
  view.dir = dir;
  for (int i = 0; i < kTries; ++i) {
    view.meta = read_meta(dir);
    bool complete = true;
    for (const Stream stream : kBothStreams) {
      auto& ring = view.rings[index_of(stream)];
      ring.reset();
      if (view.clean()) continue;
      ring = RingView::open(ring_path_of(view.meta, stream),
                            {stream, view.meta.log_id, view.meta.instance});
      complete = complete && ring && ring->state() == RingState::Live;
    }
    if (view.clean() || complete) break;
  }
  return view;
}
}  // namespace sq::wal
