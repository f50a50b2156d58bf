// The rows of a stretch of one log: what one transaction of a store holds. Rows that replace each
// other are kept once, in their newest form.
// Thread: one. Cost: cold, allocates.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/reporting/archive/row.hpp"

namespace sq::reporting {
class Batch {
 public:
  using Rows = std::vector<const std::vector<Cell>*>;

  void add(Row row);
  // Everything up to here is in the batch, rows or not.
  void reach(std::uint64_t sequence) noexcept { last_ = sequence; }
  // An empty batch that goes on behind `sequence`.
  void restart(std::uint64_t sequence);

  [[nodiscard]] std::uint64_t after() const noexcept { return after_; }
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
  [[nodiscard]] bool advances() const noexcept { return last_ != after_; }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] Rows of(Table table) const;

 private:
  struct Of {
    std::map<std::string, std::size_t> by_key;  // tables whose rows change
    std::vector<std::vector<Cell>> rows;
  };
  std::array<Of, kTables> tables_;
  std::size_t rows_{0};
  std::uint64_t after_{0};
  std::uint64_t last_{0};
};
}  // namespace sq::reporting
