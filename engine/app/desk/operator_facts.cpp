#include "engine/app/desk/operator_facts.hpp"

#include <algorithm>

#include "engine/messaging/repeated_refusal.hpp"

namespace sq::app {
RequestLine* OperatorFacts::pending() noexcept {
  if (requests_.empty() || requests_.back().outcome != RequestOutcome::Pending) return nullptr;
  return &requests_.back();
}

const RequestLine* OperatorFacts::request(std::uint32_t number) const noexcept {
  const auto found = std::find_if(requests_.rbegin(), requests_.rend(),
                                  [&](const auto& each) { return each.asked.request == number; });
  return found == requests_.rend() ? nullptr : &*found;
}

// The core answers a request before it takes the next input: the first decision behind it that says
// what it asked for is the answer.
void OperatorFacts::take(const RecordHeader& record) {
  switch (record.kind) {
    case RecordKind::ManualOrder: {
      if (requests_.size() == kRequestsMax) requests_.pop_front();
      RequestLine line{payload_of<ManualOrder>(record),
                       record.instrument,
                       record.wall,
                       record.sequence,
                       {},
                       {},
                       {}};
      last_number_ = std::max(last_number_, line.asked.request);
      requests_.push_back(line);
      return;
    }
    case RecordKind::OrderRefused: {
      const auto& refused = payload_of<OrderRefused>(record);
      if (refusals_.size() == kRefusalsMax) refusals_.pop_front();
      const std::uint64_t times = refusals_in(record);
      refusals_.push_back({refused, record.instrument, record.wall, record.sequence, times});
      refusals_total_ += times;
      RequestLine* const line = pending();
      if (line == nullptr || line->asked.action != ManualAction::New) return;
      const ManualOrder& asked = line->asked;
      if (refused.strategy != kNoStrategy || record.instrument != line->instrument ||
          refused.side != asked.side || refused.limit != asked.limit || refused.qty != asked.qty)
        return;
      line->outcome = RequestOutcome::Refused;
      line->refusal = refused;
      return;
    }
    case RecordKind::OrderSent: {
      RequestLine* const line = pending();
      if (line == nullptr || line->asked.action != ManualAction::New) return;
      const auto& sent = payload_of<OrderRequest>(record);
      const ManualOrder& asked = line->asked;
      if (sent.strategy != kNoStrategy || record.instrument != line->instrument ||
          sent.side != asked.side || sent.limit != asked.limit || sent.qty != asked.qty)
        return;
      line->outcome = RequestOutcome::Sent;
      line->order = sent.id;
      return;
    }
    case RecordKind::CancelSent: {
      RequestLine* const line = pending();
      if (line == nullptr || line->asked.action != ManualAction::Cancel) return;
      const auto& cancel = payload_of<CancelRequest>(record);
      if (cancel.id != line->asked.target || cancel.reason != CancelReason::Operator) return;
      line->outcome = RequestOutcome::CancelSent;
      line->order = cancel.id;
      return;
    }
    case RecordKind::DeadLetter: {
      const std::uint64_t input = payload_of<DeadLetter>(record).input_sequence;
      for (auto line = requests_.rbegin(); line != requests_.rend(); ++line)
        if (line->sequence == input) line->outcome = RequestOutcome::Invalid;
      return;
    }
    default: {
      // A flatten has no answer of its own: the records of its orders follow.
      RequestLine* const line = pending();
      if (line != nullptr && line->asked.action == ManualAction::Flatten)
        line->outcome = RequestOutcome::Flattening;
      return;
    }
  }
}
}  // namespace sq::app
