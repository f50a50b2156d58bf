#include "engine/app/options/chain_files.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

#include "engine/app/options/chain_text.hpp"

namespace sq::app {
namespace {
// The formats have nothing in common but their first keys.
ChainFormat detected(std::string_view text) noexcept {
  const std::string_view head = text.substr(0, 4'096);
  const auto has = [&](std::string_view key) { return head.find(key) != std::string_view::npos; };
  if (has("instrument_name,")) return ChainFormat::DeribitCsv;
  if (has("Expiration Date,Calls,")) return ChainFormat::CboeCsv;
  if (has("\"call_options\"")) return ChainFormat::Upstox;
  if (has("\"records\"")) return ChainFormat::Nse;
  if (has("\"timestamp\"") && has("\"option\"")) return ChainFormat::CboeJson;
  return ChainFormat::Detect;
}
}  // namespace

std::expected<options::Chain, std::string> read_chain(const std::filesystem::path& path,
                                                      const ChainFileOptions& how) {
  const std::string file = path.filename().string();
  std::ifstream stream{path, std::ios::binary};
  if (!stream || std::filesystem::is_directory(path)) {
    return std::unexpected{path.string() + ": cannot be read; expected a file"};
  }
  const std::string text{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
  options::Chain chain{};
  const ChainFormat format = how.format == ChainFormat::Detect ? detected(text) : how.format;
  try {
    switch (format) {
      case ChainFormat::Detect:
        return std::unexpected{file +
                               ": unknown kind of file; expected a chain of Cboe (csv or json), "
                               "NSE (json), Upstox (json) or Deribit (csv)"};
      case ChainFormat::CboeCsv:
        chain_text::read_cboe_csv(text, file, chain);
        break;
      case ChainFormat::CboeJson:
        chain_text::read_cboe_json(text, file, chain);
        break;
      case ChainFormat::Nse:
        chain_text::read_nse(text, file, chain);
        break;
      case ChainFormat::Upstox:
        chain_text::read_upstox(text, file, chain);
        break;
      case ChainFormat::DeribitCsv:
        chain_text::read_deribit_csv(text, file, chain);
        break;
    }
  } catch (const chain_text::ChainError& problem) {
    return std::unexpected{std::string{problem.what()}};
  }
  if (how.time) chain.time = *how.time;
  if (chain.time.ns == 0) {
    return std::unexpected{file +
                           ": no time of the quotes in the file; expected one beside it (--time)"};
  }
  if (chain.quotes.empty()) return std::unexpected{file + ": no quotes; expected at least one"};
  return chain;
}
}  // namespace sq::app
