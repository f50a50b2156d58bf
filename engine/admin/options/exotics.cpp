#include "engine/admin/options/exotics.hpp"

#include <boost/json.hpp>

#include "engine/admin/options/exotics/contracts.hpp"

namespace sq::admin::options {
namespace {
constexpr ExoticKind kKinds[] = {{"barrier", true, exotics::barrier},
                                 {"double_barrier", true, exotics::double_barrier},
                                 {"soft_barrier", true, exotics::soft_barrier},
                                 {"partial_barrier", true, exotics::partial_barrier},
                                 {"binary_barrier", true, exotics::binary_barrier},
                                 {"double_binary", true, exotics::double_binary},
                                 {"touch", false, exotics::touch},
                                 {"digital", true, exotics::digital},
                                 {"asian", true, exotics::asian},
                                 {"lookback", true, exotics::lookback},
                                 {"partial_lookback", true, exotics::partial_lookback},
                                 {"forward_start", true, exotics::forward_start},
                                 {"cliquet", true, exotics::cliquet},
                                 {"chooser", true, exotics::chooser},
                                 {"complex_chooser", true, exotics::complex_chooser},
                                 {"compound", true, exotics::compound},
                                 {"extendible", true, exotics::extendible},
                                 {"quanto", true, exotics::quanto},
                                 {"power", true, exotics::power},
                                 {"powered", true, exotics::powered},
                                 {"log_contract", true, exotics::log_contract},
                                 {"log_option", true, exotics::log_option},
                                 {"variance_swap", false, exotics::variance_swap},
                                 {"heston_asian", false, exotics::heston_asian},
                                 {"heston_variance", false, exotics::heston_variance},
                                 {"exchange", true, exotics::exchange},
                                 {"spread", true, exotics::spread},
                                 {"best_or_worst", true, exotics::best_or_worst},
                                 {"correlation_option", true, exotics::correlation_option},
                                 {"two_asset_barrier", true, exotics::two_asset_barrier},
                                 {"basket", true, exotics::basket}};
}  // namespace

std::span<const ExoticKind> exotic_kinds() { return kKinds; }

const ExoticKind* exotic_kind(Columns& columns, bool greeks) {
  const std::string name = columns.text("kind", "vanilla");
  if (name == "vanilla") return nullptr;
  std::string accepted = greeks ? "a kind with Greeks: vanilla" : "one of vanilla";
  for (const ExoticKind& kind : kKinds) {
    if (greeks && !kind.has_greeks) continue;
    if (kind.name == name) return &kind;
    accepted += ", ";
    accepted += kind.name;
  }
  columns.refuse("/kind", boost::json::string{name}, std::move(accepted));
  return nullptr;
}

Exotic exotic_of(Columns& columns, const ExoticKind& kind, bool greeks) {
  Exotic out = kind.read(columns, greeks);
  const double ns = out.row_ns;
  if (ns > kExoticNsMax) {
    columns.refuse("/kind", boost::json::string{kind.name},
                   "a contract that takes less time: fewer dates or assets, or a faster method");
  } else if (ns * static_cast<double>(columns.rows()) > kExoticNsMax) {
    columns.refuse("/kind", boost::json::string{kind.name},
                   "at most " + std::to_string(static_cast<std::uint64_t>(kExoticNsMax / ns)) +
                       " rows of such a contract in one request");
  }
  return out;
}

namespace exotics {
namespace {
using sq::options::ExoticGreeks;
using sq::options::TwoAssetGreeks;
template <class Greeks>
struct Named {
  std::string_view name;
  double Greeks::*member;
};
constexpr Named<ExoticGreeks> kOneAsset[] = {
    {"price", &ExoticGreeks::price},      {"delta", &ExoticGreeks::delta},
    {"gamma", &ExoticGreeks::gamma},      {"theta", &ExoticGreeks::theta},
    {"vega", &ExoticGreeks::vega},        {"rho", &ExoticGreeks::rho},
    {"phi", &ExoticGreeks::dividend_rho}, {"vanna", &ExoticGreeks::vanna},
    {"volga", &ExoticGreeks::volga}};
constexpr Named<TwoAssetGreeks> kTwoAsset[] = {
    {"price", &TwoAssetGreeks::price},
    {"delta1", &TwoAssetGreeks::delta1},
    {"delta2", &TwoAssetGreeks::delta2},
    {"gamma1", &TwoAssetGreeks::gamma1},
    {"gamma2", &TwoAssetGreeks::gamma2},
    {"cross_gamma", &TwoAssetGreeks::cross_gamma},
    {"vega1", &TwoAssetGreeks::vega1},
    {"vega2", &TwoAssetGreeks::vega2},
    {"correlation_sensitivity", &TwoAssetGreeks::correlation_sensitivity},
    {"theta", &TwoAssetGreeks::theta},
    {"rho", &TwoAssetGreeks::rho}};
template <class Table>
std::vector<std::string_view> names_in(const Table& table) {
  std::vector<std::string_view> names;
  for (const auto& each : table) names.push_back(each.name);
  return names;
}
template <class Table, class Greeks>
Values values_in(const Table& table, const Greeks& greeks) {
  Values values;
  for (const auto& each : table) values.push_back(greeks.*(each.member));
  return values;
}
}  // namespace

std::vector<std::string_view> names_of(const ExoticGreeks&) { return names_in(kOneAsset); }
std::vector<std::string_view> names_of(const TwoAssetGreeks&) { return names_in(kTwoAsset); }
Values values_of(const ExoticGreeks& greeks) { return values_in(kOneAsset, greeks); }
Values values_of(const TwoAssetGreeks& greeks) { return values_in(kTwoAsset, greeks); }
}  // namespace exotics
}  // namespace sq::admin::options
