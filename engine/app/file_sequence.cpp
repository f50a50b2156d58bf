#include "engine/app/file_sequence.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace sq::app {
namespace {
void describe(const std::filesystem::path& file, const feed::FileCounters& counters,
              std::vector<std::string>& out) {
  if (counters.gaps != 0)
    out.push_back(fmt::format("{}: {} gaps, {} messages missing", file.string(), counters.gaps,
                              counters.missing));
  if (counters.anomalies == 0) return;
  const feed::Anomaly& first = counters.first_anomalies.front();
  out.push_back(fmt::format("{}: {} messages could not be used, the first at {}: {}",
                            file.string(), counters.anomalies, first.position, first.reason));
}
}  // namespace

FileSequence::FileSequence(std::vector<std::filesystem::path> files, feed::FileOptions options)
    : files_{std::move(files)}, options_{std::move(options)} {
  open(0);
}

void FileSequence::open(std::size_t index) {
  index_ = index;
  file_ = feed::open_market_file(files_[index], options_);
}

void FileSequence::finish_file() {
  describe(files_[index_], file_->counters(), finished_);
  if (passed_ == 0)
    finished_.push_back(fmt::format("{}: no record of {}", files_[index_].string(),
                                    options_.symbols.front().first));
}

RecordHeader* FileSequence::peek() {
  while (file_ != nullptr) {
    if (RecordHeader* record = next(); record != nullptr) {
      if (record->wall < last_) record->wall = last_;
      last_ = record->wall;
      record->source_sequence = passed_ + 1;
      return record;
    }
  }
  return nullptr;
}

// The next record of the open file; at its end the next file is opened and there is none yet.
RecordHeader* FileSequence::next() {
  try {
    if (RecordHeader* record = file_->peek(); record != nullptr) return record;
    finish_file();
    file_.reset();
    if (index_ + 1 < files_.size()) open(index_ + 1);
  } catch (const std::runtime_error& error) {
    file_.reset();
    finished_.push_back(fmt::format("recording ended early: {}", error.what()));
  }
  return nullptr;
}

void FileSequence::report(std::vector<std::string>& warnings) const {
  warnings.insert(warnings.end(), finished_.begin(), finished_.end());
  if (file_ != nullptr) describe(files_[index_], file_->counters(), warnings);
}
}  // namespace sq::app
