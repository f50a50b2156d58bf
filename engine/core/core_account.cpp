// Funding, margin and liquidations: what a venue did to our money without an order of ours.
#include "engine/core/core.hpp"
#include "engine/core/kill_reasons.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
// Bytes are from outside: what does not make sense changes nothing.
std::optional<std::span<const FundingBooked>> Ledger::apply_funding(
    const RecordHeader& record) noexcept {
  last_sequence_ = record.sequence;
  const std::vector<Instrument>& instruments = portfolio_.instruments();
  if (payload_bytes(record).size() < sizeof(FundingSettled)) return std::nullopt;
  const auto& funding = payload_of<FundingSettled>(record);
  if (index_of(record.instrument) >= instruments.size() ||
      funding.amount.currency != instruments[index_of(record.instrument)].settle)
    return std::nullopt;
  const auto lines = portfolio_.on_funding(funding, record.instrument);
  if (!lines) return std::nullopt;
  for (const FundingBooked& line : *lines)
    gate_.on_position(line.strategy, record.instrument, Qty{}, line.amount.raw);
  accounts_.on_cash(instruments[index_of(record.instrument)].venue, funding.account,
                    funding.amount);
  return lines;
}

// A liquidation is booked where no strategy decided it: in the unallocated ledger.
AccountEffect Ledger::apply_account(const RecordHeader& record) noexcept {
  last_sequence_ = record.sequence;
  const std::vector<Instrument>& instruments = portfolio_.instruments();
  if (payload_bytes(record).size() < sizeof(VenueAccount)) return {};
  const auto& account = payload_of<VenueAccount>(record);
  if (index_of(record.instrument) >= instruments.size() || account.currency == Currency{} ||
      account.notice < AccountNotice::Update || account.notice > AccountNotice::Takeover)
    return {};
  AccountEffect effect{true, std::nullopt};
  if (closes_position(account.notice)) {
    const Side side{account.side};
    if ((side != Side::Buy && side != Side::Sell) || account.qty <= Qty{} ||
        account.price <= Price{} ||
        account.currency != instruments[index_of(record.instrument)].settle)
      return {};
    OrderRequest order;
    order.side = side;
    order.account = account.account;
    OrderReport fill;
    fill.trade_id = account.trade_id;
    fill.last_price = account.price;
    fill.last_qty = account.qty;
    fill.fee = {account.currency, account.fee};
    effect.booked = portfolio_.on_fill(order, record.instrument, fill);
    if (!effect.booked) return {};
    ++counters_.liquidations;
    gate_.on_position(kNoStrategy, record.instrument, effect.booked->position_delta,
                      effect.booked->cash_delta);
    effect.trade = trade_of(record, fill, side);
    accounts_.on_trade(instruments[index_of(record.instrument)], effect.trade, account.account);
  }
  portfolio_.set_venue_account(record.instrument, account);
  return effect;
}

void Core::on_funding(const RecordHeader& input) noexcept {
  const auto lines = ledger_.apply_funding(input);
  if (!lines) {
    dead_letter(input, DeadLetterReason::BadContent);
    // The venue's balance moved and ours did not.
    return latch_kill(StateCause::Kill, FixedText<64>{kFundingReason});
  }
  const Instrument& instrument = ledger_.portfolio().instruments()[index_of(input.instrument)];
  if (Reconciling* venue = reconciling(instrument.venue)) venue->answer.on_cash_moved();
  for (const FundingBooked& line : *lines) {
    auto record = make_record(RecordKind::FundingBooked, line);
    decide(record.header, input.instrument);
  }
}

void Core::on_account(const RecordHeader& input) noexcept {
  const AccountEffect effect = ledger_.apply_account(input);
  if (!effect.fits) {
    dead_letter(input, DeadLetterReason::BadContent);
    return latch_kill(StateCause::Kill, FixedText<64>{kAccountReason});
  }
  if (!effect.booked) return;
  const Instrument& instrument = ledger_.portfolio().instruments()[index_of(input.instrument)];
  if (Reconciling* venue = reconciling(instrument.venue))
    venue->answer.on_booked(effect.trade, instrument);
  auto record = make_record(RecordKind::FillBooked, effect.booked->decision);
  decide(record.header, input.instrument);
  if (!ledger_.kill_latched())
    latch_kill(StateCause::Kill, FixedText<64>{kLiquidationReason});
}
}  // namespace sq::core
