// The table of formats. A format is one line here and a folder of its own.
#include "engine/feed/market_file.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "engine/feed/byte_reader.hpp"
#include "engine/feed/columnar/reader.hpp"
#include "engine/feed/csv/binance_public.hpp"
#include "engine/feed/csv/lobster.hpp"
#include "engine/feed/csv/tardis.hpp"
#include "engine/feed/dbn/dbn_file.hpp"
#include "engine/feed/itch/itch_file.hpp"

namespace sq::feed {
namespace {
constexpr std::size_t kHeadBytes = 4096;

std::string known_names() {
  std::string names;
  for (const FileFormat& format : file_formats()) {
    if (!names.empty()) names += ", ";
    names += format.name;
  }
  return names;
}

const FileFormat& format_named(const std::filesystem::path& path, const std::string& name) {
  for (const FileFormat& format : file_formats())
    if (format.name == name) return format;
  refuse_file(path, "format \"" + name + "\", expected one of " + known_names());
}

const FileFormat& format_of(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error) &&
      !std::filesystem::is_directory(path, error))
    refuse_file(path,
                "can be read once only, so its format must be named: one of " + known_names());
  ByteReader bytes{path};
  static_cast<void>(bytes.more(kHeadBytes));
  const auto head = bytes.ahead().first(std::min(bytes.ahead().size(), kHeadBytes));
  if (head.empty()) refuse_file(path, "is empty, expected market data");
  for (const FileFormat& format : file_formats())
    if (format.recognises(path, head)) return format;
  refuse_file(
      path, "its name and first bytes are those of no known format; name one of " + known_names());
}
}  // namespace

std::span<const FileFormat> file_formats() {
  // Formats with a magic number first: what only a name or a pattern tells must not take them.
  static const std::vector<FileFormat> kFormats = [] {
    std::vector<FileFormat> formats{columnar::columnar_format(), dbn::dbn_format(),
                                    itch::itch_format(), csv::tardis_format(),
                                    csv::lobster_format()};
    const auto binance = csv::binance_formats();
    formats.insert(formats.end(), binance.begin(), binance.end());
    return formats;
  }();
  return kFormats;
}

std::unique_ptr<MarketFile> open_market_file(const std::filesystem::path& path,
                                             const FileOptions& options) {
  const FileFormat& format =
      options.format.empty() ? format_of(path) : format_named(path, options.format);
  return format.open(path, options);
}
}  // namespace sq::feed
