#include "engine/wal/dump_account.hpp"

#include "engine/types/text.hpp"

namespace sq::wal {
namespace {
std::string_view text_of(AccountNotice notice) noexcept {
  switch (notice) {
    case AccountNotice::Update:
      return "update";
    case AccountNotice::MarginCall:
      return "margin-call";
    case AccountNotice::Liquidation:
      return "liquidation";
    case AccountNotice::Takeover:
      return "takeover";
  }
  return "?";
}
}  // namespace

void put(Fields& f, const FundingSettled& p) {
  f.decimal("mark", p.mark);
  f.decimal("rate", p.rate);
  f.decimal("position", p.position);
  f.amount("amount", p.amount);
  f.big("funding_time", p.funding_time.ns);
  f.account(p.account);
}

void put(Fields& f, const VenueAccount& p) {
  f.text("notice", text_of(p.notice));
  f.text("mode", p.mode == MarginMode::Isolated ? "isolated" : "cross");
  f.amount("wallet", Amount{p.currency, p.wallet});
  f.decimal("margin_balance", p.margin_balance, Amount::kDecimals);
  f.decimal("maintenance", p.maintenance, Amount::kDecimals);
  f.decimal("initial", p.initial, Amount::kDecimals);
  f.decimal("position", p.position);
  f.decimal("mark", p.mark);
  f.decimal("entry", p.entry);
  f.decimal("liquidation_price", p.liquidation_price);
  if (closes_position(p.notice)) {
    f.big("trade_id", p.trade_id);
    f.text("side", sq::text_of(Side{p.side}));
    f.decimal("price", p.price);
    f.decimal("qty", p.qty);
    f.decimal("fee", p.fee, Amount::kDecimals);
  }
  f.account(p.account);
}
}  // namespace sq::wal
