// New terms for an order that works, and the end of an order's time: GoodTillDate and Day where the
// engine must cancel. Source: controls P26, P35; faults X10, X22.
#include "engine/core/core.hpp"
#include "engine/core/parents/parent_desk.hpp"
#include "engine/core/strategy_context.hpp"
#include "engine/venue/amending.hpp"

namespace sq::core {
namespace {
constexpr std::int64_t kNsPerMicrosecond = 1'000;

bool amendable(const oms::Order& order) noexcept {
  return order.state == OrderState::Open && !order.amending && !order.cancel_wanted &&
         order.request.type == OrderType::Limit &&
         order.request.tif != TimeInForce::ImmediateOrCancel &&
         order.request.tif != TimeInForce::FillOrKill &&
         (!order.amended || order.amend.number < 0xFFFF);
}
}  // namespace

strategy::Submitted Core::amend(StrategyId strategy, OrderId id, Price limit, Qty qty) noexcept {
  oms::Order* order = ledger_.orders().pool().find(id);
  if (order == nullptr || order->request.strategy != strategy)
    return {{}, risk::Rule::NotAmendable};
  OrderRequest wanted = order->request;
  wanted.limit = limit;
  wanted.qty = qty;
  AmendRequest request;
  request.id = id;
  request.limit = limit;
  request.qty = qty;
  request.filled = std::max(order->filled, order->told);
  request.strategy = strategy;
  request.account = order->request.account;
  request.number = static_cast<std::uint16_t>((order->amended ? order->amend.number : 0) + 1);
  request.side = order->request.side;
  const Instrument& traded = ledger_.portfolio().instruments()[index_of(order->instrument)];
  request.style = venue::amend_style(traded.venue, order->request, limit, qty);
  request.limits_version = ledger_.gate().limits_version();
  request.ttl_us = order->request.ttl_us;
  const risk::Verdict verdict = judge_amend(*order, request);
  if (!verdict.accepted()) {
    refuse(wanted, order->instrument, verdict);
    if (wanted.parent != OrderId{}) parents_->on_refused(wanted);
    return {{}, verdict.rule};
  }
  request.approval = ledger_.gate().approve_amend(request, order->instrument);
  auto record = make_record(RecordKind::AmendSent, request);
  record.header.instrument = order->instrument;
  const auto approved = ledger_.gate().seal(record.header);
  if (!approved) [[unlikely]] {
    unapproved_ = states_dirty_ = true;
    return {{}, risk::Rule::KillLatched};
  }
  decide(record.header, order->instrument);
  if (journal_failed_) [[unlikely]] {
    states_dirty_ = true;
    return {{}, risk::Rule::Capacity};
  }
  static_cast<void>(ledger_.apply_amend(record.header));
  answers_.watch(*order, ledger_.orders().pool());
  answers_.settle(ledger_.orders().pool());
  venues_.send(*approved);
  return {id, risk::Rule::None};
}

risk::Verdict Core::judge_amend(const oms::Order& order, const AmendRequest& request) noexcept {
  const auto refuse = [](risk::Rule rule, std::int64_t observed, std::int64_t allowed) {
    return risk::Verdict{rule, 0, observed, allowed, 0};
  };
  const bool same = request.limit == order.request.limit && request.qty == order.request.qty;
  if (!amendable(order) || same)
    return refuse(risk::Rule::NotAmendable, static_cast<std::int64_t>(order.state),
                  static_cast<std::int64_t>(OrderState::Open));
  if (request.qty <= request.filled)
    return refuse(risk::Rule::NothingLeft, request.qty.raw(), request.filled.raw());
  if (journal_failed_ || unapproved_) return refuse(risk::Rule::KillLatched, 0, 0);
  if (request.style == AmendStyle::CancelReplace && order.venue_order_id == 0)
    return refuse(risk::Rule::NotAmendable, static_cast<std::int64_t>(order.state),
                  static_cast<std::int64_t>(OrderState::Open));
  const risk::Amendment to{request.limit, request.qty, request.filled,
                           oms::OrderLife::added_by(order, request)};
  if (order.request.parent != OrderId{}) {
    const risk::Verdict bound = parents_->check_amend(order, request.limit, to.added);
    if (!bound.accepted()) return bound;
  }
  telemetry::StageStamp stamp{stages_, telemetry::Stage::Risk};
  return ledger_.gate().check_amend(order.request, order.instrument, to, now_);
}

// What an order must be like whatever the limits are. None: it is.
risk::Verdict Core::judge_terms(const strategy::OrderIntent& intent) const noexcept {
  const auto breach = [](OrderTermsBreach what) {
    return risk::Verdict{risk::Rule::OrderTerms, static_cast<std::uint8_t>(what),
                         static_cast<std::int64_t>(what), 0, 0};
  };
  const bool rests =
      intent.tif != TimeInForce::ImmediateOrCancel && intent.tif != TimeInForce::FillOrKill;
  if (intent.type == OrderType::Market && rests) return breach(OrderTermsBreach::MarketRests);
  if (expires(intent.tif) != (intent.expires.ns != 0))
    return breach(OrderTermsBreach::ExpiryAndTimeInForce);
  const std::int64_t seconds = intent.expires.ns / kNsPerSecond;
  if (seconds < 0 || seconds > std::int64_t{0xFFFF'FFFF})
    return breach(OrderTermsBreach::ExpiryRange);
  if (seconds != 0 && seconds * kNsPerSecond <= wall_.ns)
    return breach(OrderTermsBreach::ExpiryPast);
  if (intent.ttl_ns < 0 || intent.ttl_ns / kNsPerMicrosecond > std::int64_t{0xFFFF'FFFF})
    return breach(OrderTermsBreach::LifetimeRange);
  return {};
}

void Core::set_lifetime(OrderRequest& draft, const strategy::OrderIntent& intent) const noexcept {
  draft.expires_s = static_cast<std::uint32_t>(intent.expires.ns / kNsPerSecond);
  const std::int64_t ttl = intent.ttl_ns != 0 ? intent.ttl_ns : order_ttl_ns_;
  draft.ttl_us = static_cast<std::uint32_t>((ttl + kNsPerMicrosecond - 1) / kNsPerMicrosecond);
}

void Core::expire_orders() noexcept {
  oms::OrderPool& orders = ledger_.orders().pool();
  while (expiries_.due(wall_)) {
    oms::Order* order = orders.find(expiries_.take());
    if (order != nullptr) cancel(*order, CancelReason::Expired);
  }
}
}  // namespace sq::core
