// What cannot be used in a file: counted, and the first of it kept with its reason.
// Thread: one. Cost: cold. Errors: none.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "engine/feed/market_file.hpp"

namespace sq::feed {
class AnomalyLog {
 public:
  explicit AnomalyLog(FileCounters& counters) : counters_{counters} {}
  // position: byte or line, as the format counts.
  [[gnu::cold]] void add(std::uint64_t position, std::string reason) {
    ++counters_.anomalies;
    if (counters_.first_anomalies.size() < FileCounters::kAnomaliesKept)
      counters_.first_anomalies.push_back({position, std::move(reason)});
  }

 private:
  FileCounters& counters_;
};
}  // namespace sq::feed
