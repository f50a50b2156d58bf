// Reads what column_encoder.hpp writes. The bytes may be anything: they are checked against each
// other and against the room there is, not believed.
// Thread: one. Cost: 0.3 to 1.5 ns a value. Errors: a reason, empty when good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/feed/columnar/format.hpp"

struct ZSTD_DCtx_s;

namespace sq::feed::columnar {
// The bytes of a section that are not read yet.
class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes) : bytes_{bytes} {}
  // Empty span: there are not so many.
  [[nodiscard]] std::span<const std::byte> take(std::size_t count) {
    if (count > bytes_.size()) return {};
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  template <class T>
  [[nodiscard]] bool read(T& out) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto taken = take(sizeof out);
    if (taken.empty()) return false;
    std::memcpy(&out, taken.data(), sizeof out);
    return true;
  }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
};

class ColumnDecoder {
 public:
  ColumnDecoder();
  ~ColumnDecoder();
  ColumnDecoder(const ColumnDecoder&) = delete;
  ColumnDecoder& operator=(const ColumnDecoder&) = delete;

  // Fills `values`, behind which kLanes more may be written. `relative` says that a reference is
  // still to be added. `slots`: of each row; empty where slot deltas cannot be.
  [[nodiscard]] std::string_view decode(ByteCursor& bytes, std::span<std::uint64_t> values,
                                        std::span<const std::uint16_t> slots, bool& relative);

 private:
  [[nodiscard]] std::string_view fill(const ColumnHeader& header, Encoding encoding,
                                      std::span<const std::byte> data,
                                      std::span<std::uint64_t> values);
  [[nodiscard]] std::string_view from_dictionary(const ColumnHeader& header,
                                                 std::span<const std::byte> data,
                                                 std::span<std::uint64_t> values);

  std::vector<std::byte> plain_;  // what was pressed
  std::unique_ptr<std::uint64_t[]> exceptions_;
  std::vector<std::uint64_t> slot_last_;
  ZSTD_DCtx_s* zstd_;
};
}  // namespace sq::feed::columnar
