// Numbers as people read them, for summaries, benches and the doctor. Cold threads only.
#pragma once

#include <cstdint>
#include <string>

namespace sq::telemetry {
[[nodiscard]] std::string with_separators(std::int64_t n);  // "1,234,567", "-12,000"
[[nodiscard]] std::string with_separators(std::uint64_t n);
[[nodiscard]] std::string duration_text(
    double ns);  // "850 ns", "1.23 us", "4.56 ms", "7.89 s", "2 h 05 min"
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);  // "512 B", "12.3 MiB"
[[nodiscard]] std::string rate_text(double per_second);     // "950 /s", "1.23 M/s"
}  // namespace sq::telemetry
