#include "venues/binance/entry/order_link.hpp"

#include <algorithm>

#include "engine/messaging/venue_account.hpp"
#include "venues/binance/entry/account_answer.hpp"
#include "venues/binance/entry/catch_up.hpp"
#include "venues/binance/entry/funding_list.hpp"
#include "venues/binance/entry/keeping.hpp"
#include "venues/binance/entry/link_state.hpp"
#include "venues/binance/entry/order_flow.hpp"
#include "venues/binance/entry/order_lookup.hpp"
#include "venues/binance/entry/start_checks.hpp"

namespace sq::binance {
namespace {
constexpr std::int64_t kAgainNs = kNsPerSecond;
constexpr std::int64_t kEndNs = 3 * kNsPerSecond;
constexpr std::int64_t kOldStreamNs = 5 * kNsPerSecond;
constexpr std::size_t kQueriesMax = 20'000;  // that wait; the core asks again

Greeting user_greeting(const LinkSettings& where) {
  return where.venue == VenueId::BinanceSpot ? Greeting::Subscribe : Greeting::None;
}
const Server& user_server(const LinkSettings& where) {
  return where.venue == VenueId::BinanceSpot ? where.api : where.stream;
}
}  // namespace

struct OrderLink::Parts final : LineListener {
  Parts(const LinkSettings& where, const OrderLinkSettings& settings, const auth::Signer& signer,
        const risk::EgressLatch& latch, RateGovernor& governor, venue::RequestRing& in,
        RecordRing& out)
      : context{where, settings, signer, governor, out},
        session{context, context.where.api, context.where.api.host.empty() ? "" : api_target(),
                Greeting::Logon},
        user{context, user_server(context.where), context.spot() ? api_target() : "",
             user_greeting(context.where)},
        flow{context, latch, in, session},
        queries{context},
        funding{context},
        keeping{context},
        teller{context} {}

  [[nodiscard]] std::string api_target() const {
    const std::string& path = context.where.api.path;
    return path.empty() ? (context.spot() ? "/ws-api/v3" : "/ws-fapi/v1") : path;
  }

  LinkContext context;
  KeptLine session;  // orders
  KeptLine user;     // user data
  OrderFlow flow;
  RestLane queries;
  FundingList funding;
  Keeping keeping;
  StateTeller teller;
  std::string listen_key;  // the one that `user` runs with
  bool checked{false};
  bool checking{false};
  bool check_failed{false};
  bool caught_up{false};
  bool catching_up{false};
  bool caught{false};
  bool catch_up_failed{false};
  bool gap_meanwhile{false};  // while it was caught up with
  bool malformed_event{false};
  bool stream_ended{false};
  bool ended{false};
  MonoTime check_due{};
  MonoTime catch_up_due{};
  bool ending{false};
  MonoTime end_due{};

  void on_said(Line& line, const Incoming& said) override;
  void on_event(const Incoming& said);
  void on_order_event(const Incoming& said);
  void on_query(const RecordHeader& record);
  void follow_listen_key();
  bool step_lines();
  void check_at_start();
  void catch_up();
  void finish() {
    ended = true;
    session.close();
    user.close();
  }
  [[nodiscard]] bool ready() {
    return checked && caught_up && context.clock.known() && !context.stopped && !ending &&
           user.up() != nullptr;
  }
  [[nodiscard]] LinkHealth health() {
    return {ready(), !context.where.api.host.empty() && session.up() == nullptr};
  }
};

void OrderLink::Parts::on_said(Line&, const Incoming& said) {
  switch (said.kind) {
    case Incoming::Kind::Answer:
      return flow.on_answer(said);
    case Incoming::Kind::Malformed:
      ++context.counters.malformed;
      malformed_event = true;  // whatever it told is asked for
      return;
    case Incoming::Kind::Ignored:
      return;
    case Incoming::Kind::Shutdown:
      session.renew();
      user.renew();
      return;
    case Incoming::Kind::Order:
    case Incoming::Kind::Ask:
    case Incoming::Kind::Account:
    case Incoming::Kind::Funding:
    case Incoming::Kind::StreamEnded:
      return on_event(said);
  }
}

void OrderLink::Parts::on_event(const Incoming& said) {
  ++context.counters.events;
  if (said.kind == Incoming::Kind::Order) return on_order_event(said);
  if (said.kind == Incoming::Kind::StreamEnded) {
    keeping.forget_listen_key();
    stream_ended = true;
  } else if (said.kind == Incoming::Kind::Ask && said.report.id != OrderId{}) {
    queries.push(std::make_unique<QueryErrand>(
        context, OrderSubject{said.report.id, said.report.venue_order_id, said.instrument, false}));
  } else if (said.kind == Incoming::Kind::Funding) {
    funding.expect(said.at, context.now);
  }
  for (const ToldPosition& each : said.moved) funding.on_position(each.instrument, each.position);
}

void OrderLink::Parts::on_order_event(const Incoming& said) {
  const OrderReport& report = said.report;
  context.names.remember(said.instrument, report.venue_order_id, report.id);
  if (report.id != OrderId{}) {
    WorkingOrder* const working = context.working.find(report.id);
    // Of two orders in one's stead the old one ends.
    const bool replacing = flow.amending(report.id);
    if (report.kind == ReportKind::Replaced && replacing) return;  // its answer tells which amend
    if (is_terminal(said.order.state)) {
      if (!replacing) context.working.remove(report.id);
    } else if (working != nullptr || report.kind == ReportKind::Accepted) {
      static_cast<void>(context.working.add(
          {report.id, report.venue_order_id, report.cumulative_qty, said.instrument, true}));
    }
  }
  context.out.report(report, said.instrument, said.at);
}

void OrderLink::Parts::on_query(const RecordHeader& record) {
  if (queries.waiting() >= kQueriesMax) return;
  if (is_payload<AccountQuery>(record)) {
    context.account_request = payload_of<AccountQuery>(record).request;
    queries.push(std::make_unique<AccountAnswer>(context, payload_of<AccountQuery>(record),
                                                 record.instrument));
    return;
  }
  OrderSubject subject;
  subject.instrument = record.instrument;
  if (is_payload<ExternalQuery>(record)) {
    subject.id = payload_of<ExternalQuery>(record).id;
    subject.venue_order_id = payload_of<ExternalQuery>(record).venue_order_id;
    subject.foreign = true;
  } else {
    subject.id = payload_of<QueryRequest>(record).id;
    // "Not there" would be no news while it may still arrive.
    if (flow.placing(subject.id)) return;
  }
  if (queries.has(subject.id)) return;  // its answer will do
  queries.push(std::make_unique<QueryErrand>(context, subject));
}

// USD-M: the stream's target is the key.
void OrderLink::Parts::follow_listen_key() {
  if (context.spot() || keeping.listen_key() == listen_key) return;
  const bool had = !listen_key.empty();
  listen_key = keeping.listen_key();
  std::string target;
  if (!listen_key.empty()) {
    target = context.where.stream.path;
    target.append("/private/ws/").append(listen_key);
  }
  user.set_target(std::move(target));
  if (had && !listen_key.empty()) user.renew();
}

bool OrderLink::Parts::step_lines() {
  follow_listen_key();
  bool busy = session.step(*this);
  busy = user.step(*this) || busy;
  if (stream_ended) {
    stream_ended = false;
    user.drop("the venue ended the user data stream");
  }
  session.take_ended([this](std::uint64_t number) { flow.on_line_ended(number); });
  user.take_ended([](std::uint64_t) {});
  static_cast<void>(session.take_gap());
  const bool lost = user.take_gap();
  if (lost) ++context.counters.stream_losses;
  if (lost || malformed_event) {
    caught_up = malformed_event = false;
    gap_meanwhile = catching_up;
  }
  if (session.old() != nullptr && !flow.awaits_on(session.old()->number())) session.close_old();
  // What the old stream had told before the new one began may still be on its way.
  if (user.old() != nullptr && context.now - user.old_since() > kOldStreamNs) user.close_old();
  return busy;
}

void OrderLink::Parts::check_at_start() {
  if (checked || context.stopped) return;
  if (check_failed) {
    check_failed = checking = false;
    check_due = context.now + kAgainNs;
  }
  if (checking || !context.clock.known() || context.now < check_due) return;
  checking = true;
  queries.push(std::make_unique<StartChecks>(context, checked, check_failed));
}

// Once the stream runs: what it said before, it cannot say again.
void OrderLink::Parts::catch_up() {
  if (catch_up_failed || caught) {
    catching_up = false;
    caught_up = caught && !gap_meanwhile;
    if (caught) context.closed_until = {};  // it has told us of our account
    catch_up_due = context.now + (caught ? 0 : kAgainNs);
    catch_up_failed = caught = gap_meanwhile = false;
  }
  if (caught_up || user.up() == nullptr || !checked) return;
  if (catching_up || context.now < catch_up_due) return;
  catching_up = true;
  // Before all queries: no order leaves until it is done.
  queries.push_first(std::make_unique<CatchUp>(context, caught, catch_up_failed));
}

OrderLink::OrderLink(const LinkSettings& where, const OrderLinkSettings& settings,
                     const auth::Signer& signer, const risk::EgressLatch& latch,
                     RateGovernor& governor, venue::RequestRing& in, RecordRing& out)
    : parts_{std::make_unique<Parts>(where, settings, signer, latch, governor, in, out)} {}
OrderLink::~OrderLink() = default;

bool OrderLink::step(MonoTime now, WallTime wall) {
  Parts& parts = *parts_;
  LinkContext& context = parts.context;
  context.now = now;
  if (context.clock.on_wall(now, wall)) {
    ++context.counters.clock_jumps;
    context.clock_wrong = true;
  }
  // What the core has not taken waits: nothing more is read from the venue until it has.
  const bool room = context.out.drain();
  // Orders leave before anything is read: three system calls earlier.
  bool busy =
      parts.flow.send(parts.ready(), [&](const RecordHeader& record) { parts.on_query(record); });
  parts.flow.take_doubtful([&](const PendingRequest& each) {
    parts.queries.push(std::make_unique<QueryErrand>(
        context, OrderSubject{each.id, each.venue_order_id, each.instrument, false}));
  });
  busy = parts.keeping.step() || busy;
  if (room) busy = parts.step_lines() || busy;
  parts.check_at_start();
  parts.catch_up();
  for (const ToldPosition& each : context.positions)
    parts.funding.on_position(each.instrument, each.position);
  context.positions.clear();
  if (auto errand = parts.funding.due()) parts.queries.push(std::move(errand));
  busy = parts.flow.step() || busy;
  if (room) busy = parts.queries.step() || busy;
  if (parts.ending && !parts.ended && parts.flow.idle() && parts.keeping.idle()) parts.finish();
  if (parts.ending && now >= parts.end_due) parts.finish();
  if (!parts.ending) parts.teller.step(parts.health());
  return busy;
}

bool OrderLink::ready() const noexcept { return parts_->ready(); }
bool OrderLink::stopped() const noexcept { return parts_->context.stopped; }
const std::string& OrderLink::problem() const noexcept { return parts_->context.problem; }
void OrderLink::keep_dead_man(bool armed) noexcept { parts_->keeping.keep_dead_man(armed); }
void OrderLink::cancel_all() { parts_->flow.cancel_all(); }
void OrderLink::end(MonoTime now) {
  if (parts_->ending) return;
  parts_->ending = true;
  parts_->end_due = now + kEndNs;
  parts_->keeping.end();
}
bool OrderLink::ended() const noexcept { return parts_->ended; }
const OrderLinkCounters& OrderLink::counters() const noexcept { return parts_->context.counters; }
VenueState OrderLink::state() const noexcept {
  return venue_state(parts_->context, parts_->health());
}
std::int64_t OrderLink::clock_ahead_ns() const noexcept { return parts_->context.clock.ahead_ns(); }
std::int64_t OrderLink::clock_uncertainty_ns() const noexcept {
  return parts_->context.clock.uncertainty_ns();
}
}  // namespace sq::binance
