#include "engine/app/desk/margin.hpp"

#include <algorithm>
#include <limits>

#include "engine/app/summary.hpp"
#include "engine/types/decimal.hpp"

namespace sq::app {
namespace {
using boost::json::array;
using boost::json::object;

std::string money(std::int64_t raw) { return to_text(Int128{raw}, Amount::kDecimals); }

// a / b; empty when it cannot be said.
std::optional<Ratio> part_of(Int128 a, Int128 b) {
  if (b <= 0) return std::nullopt;
  const Int128 part = a * Ratio::kScale / b;
  if (part > std::numeric_limits<std::int64_t>::max() ||
      part < std::numeric_limits<std::int64_t>::min())
    return std::nullopt;
  return Ratio::from_raw(static_cast<std::int64_t>(part));
}
std::string text_or_none(std::optional<Ratio> ratio) {
  return ratio ? to_text(*ratio) : std::string{};
}
}  // namespace

std::optional<Ratio> distance_to_liquidation(const VenueAccount& account, Price price) {
  if (account.position == Qty{} || account.liquidation_price == Price{}) return std::nullopt;
  const Int128 distance = Int128{price.raw()} - account.liquidation_price.raw();
  return part_of(account.position > Qty{} ? distance : -distance, price.raw());
}

object margin_json(const core::Ledger& ledger, const std::vector<Price>& prices) {
  array rows;
  const std::vector<Instrument>& instruments = ledger.portfolio().instruments();
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    const VenueAccount* const last = ledger.portfolio().venue_account(instruments[i].id);
    if (last == nullptr) continue;
    const VenueAccount& told = *last;
    const bool live = i < prices.size() && prices[i] > Price{};
    const Price price = live ? prices[i] : told.mark;
    const auto distance = distance_to_liquidation(told, price);
    rows.push_back(
        {{"instrument", instrument_name(instruments[i])},
         {"currency", told.currency.text()},
         {"mode", told.mode == MarginMode::Isolated ? "isolated" : "cross"},
         {"wallet", money(told.wallet)},
         {"margin_balance", money(told.margin_balance)},
         {"maintenance", money(told.maintenance)},
         {"initial", money(told.initial)},
         {"maintenance_use", text_or_none(part_of(told.maintenance, told.margin_balance))},
         {"position", to_text(told.position)},
         {"entry", to_text(told.entry)},
         {"mark", to_text(told.mark)},
         {"price", to_text(price)},
         {"price_is", live ? "the middle of the book" : "the venue's last mark"},
         {"liquidation_price",
          told.liquidation_price == Price{} ? std::string{} : to_text(told.liquidation_price)},
         {"distance_to_liquidation", text_or_none(distance)},
         {"words", told.position == Qty{} ? "no position"
                   : !distance            ? "the venue tells no price at which it would liquidate"
                   : distance->raw() <= 0 ? "the price is where the venue liquidates: act now"
                                          : "the price may move this part of itself against the "
                                            "position before the venue liquidates it"}});
  }
  return {{"margin", rows}};
}
}  // namespace sq::app
