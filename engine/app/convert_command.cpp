// `shrivenquant convert FROM TO`: any market data file to our columnar format.
#include <fmt/format.h>

#include <cstdio>

#include "engine/app/binance_raw_file.hpp"
#include "engine/app/commands.hpp"
#include "engine/feed/columnar/convert.hpp"
#include "engine/telemetry/format.hpp"

namespace sq::app {
int convert_command(const ConvertOptions& options) {
  feed::FileOptions wanted;
  wanted.format = options.format;
  for (const std::string& symbol : options.symbols)
    wanted.symbols.emplace_back(symbol,
                                InstrumentId{static_cast<std::uint32_t>(wanted.symbols.size())});
  const auto from = open_any_file(options.from, wanted);
  feed::columnar::Writer to{options.to};
  const auto done =
      feed::columnar::convert(*from, to, [](const feed::columnar::Conversion& so_far) {
        fmt::print(stderr, "\rconvert: {:3} %  {} records",
                   so_far.bytes_total == 0 ? 100 : so_far.bytes_read * 100 / so_far.bytes_total,
                   telemetry::with_separators(so_far.records));
        std::fflush(stderr);
        return true;
      });
  fmt::print(stderr, "\n");
  fmt::print("{}: {} records, {} (from {}), {} refused\n", options.to.string(),
             telemetry::with_separators(done.records), telemetry::bytes_text(done.bytes_written),
             telemetry::bytes_text(done.bytes_total), telemetry::with_separators(done.refused));
  return done.refused == 0 ? 0 : 1;
}
}  // namespace sq::app
