// Files of market data one after the other as one source for one instrument.
// Thread: one consumer. Cost: that of the files. Errors: std::runtime_error of a file that cannot
// be opened, at the constructor for the first one; later failures end the source and are reported.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/feed/market_file.hpp"

namespace sq::app {
class FileSequence final : public feed::Source {
 public:
  FileSequence(std::vector<std::filesystem::path> files, feed::FileOptions options);

  [[nodiscard]] RecordHeader* peek() override;
  void pop() override {
    ++passed_;
    file_->pop();
  }
  void report(std::vector<std::string>& warnings) const;

 private:
  [[nodiscard]] RecordHeader* next();
  void open(std::size_t index);
  void finish_file();

  std::vector<std::filesystem::path> files_;
  feed::FileOptions options_;
  std::size_t index_{0};
  std::unique_ptr<feed::MarketFile> file_;
  std::uint64_t passed_{0};  // records of all files so far
  WallTime last_{};          // of the record before: time does not step back
  std::vector<std::string> finished_;  // what was wrong with files that ended
};
}  // namespace sq::app
