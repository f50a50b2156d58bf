#include "engine/risk/approval.hpp"

#include <cstring>
#include <utility>

#include "engine/risk/siphash.hpp"

namespace sq::risk {
namespace {
// What may differ between what was judged and what is sent, taken out.
OrderRequest judged(OrderRequest request) noexcept {
  request.id = OrderId{};
  request.approval = 0;
  request.limits_version = 0;
  request.reduce_only = 0;
  return request;
}
}  // namespace

std::uint64_t approval_mac(const ApprovalKey& key, std::uint64_t sequence,
                           const RecordHeader& request) noexcept {
  SipHash24 hash{key};
  hash.add(sequence);
  hash.add((std::uint64_t{static_cast<std::uint16_t>(request.kind)} << 32) |
           index_of(request.instrument));
  const std::span<const std::byte> bytes = payload_bytes(request);
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    hash.add(word);
  }
  return hash.finish();
}

std::uint64_t ApprovalMint::approve(const OrderRequest& draft, InstrumentId instrument) noexcept {
  const OrderRequest terms = judged(draft);
  return approve(RecordKind::OrderSent, std::as_bytes(std::span{&terms, 1}), instrument);
}

std::uint64_t ApprovalMint::approve(RecordKind kind, std::span<const std::byte> terms,
                                    InstrumentId instrument) noexcept {
  pending_ = terms.size() <= kTermsMax;  // larger: nothing can be sealed
  kind_ = kind;
  instrument_ = instrument;
  bytes_ = terms.size();
  if (pending_) std::memcpy(terms_.data(), terms.data(), terms.size());
  return ++sequence_;
}

std::optional<Approved> ApprovalMint::seal(const RecordHeader& request) noexcept {
  if (!pending_ || request.kind != kind_ || request.instrument != instrument_) return std::nullopt;
  if (request.length < sizeof(RecordHeader) || request.length - sizeof(RecordHeader) != bytes_)
    return std::nullopt;
  if (kind_ == RecordKind::OrderSent) {
    const OrderRequest terms = judged(payload_of<OrderRequest>(request));
    if (std::memcmp(&terms, terms_.data(), sizeof terms) != 0) return std::nullopt;
  } else if (kind_ == RecordKind::AmendSent) {
    AmendRequest terms = payload_of<AmendRequest>(request);
    terms.approval = 0;
    if (std::memcmp(&terms, terms_.data(), sizeof terms) != 0) return std::nullopt;
  } else if (std::memcmp(payload_bytes(request).data(), terms_.data(), bytes_) != 0) {
    return std::nullopt;
  }
  pending_ = false;
  return Approved{request, {sequence_, approval_mac(key_, sequence_, request)}};
}

std::string_view text_of(EgressRefusal refusal) noexcept {
  switch (refusal) {
    case EgressRefusal::None:
      return "none";
    case EgressRefusal::NoApproval:
      return "no-approval";
    case EgressRefusal::Repeated:
      return "repeated";
    case EgressRefusal::WrongVenue:
      return "wrong-venue";
    case EgressRefusal::Closed:
      return "closed";
  }
  return "?";
}

ApprovalChecker::Outcome ApprovalChecker::check(const RecordHeader& request,
                                                const ApprovalStamp& stamp) noexcept {
  const bool amend = request.kind == RecordKind::AmendSent;
  const std::size_t bytes = amend ? sizeof(AmendRequest) : sizeof(OrderRequest);
  if (request.length < sizeof(RecordHeader) + bytes ||
      (request.kind != RecordKind::OrderSent && !amend))
    return {EgressRefusal::NoApproval, std::nullopt};
  if (approval_mac(key_, stamp.sequence, request) != stamp.mac)
    return {EgressRefusal::NoApproval, std::nullopt};
  if (stamp.sequence <= last_) return {EgressRefusal::Repeated, std::nullopt};
  last_ = stamp.sequence;
  const std::size_t instrument = index_of(request.instrument);
  if (instrument >= carries_.size() || !carries_[instrument])
    return {EgressRefusal::WrongVenue, std::nullopt};
  const auto [account, strategy] =
      amend ? std::pair{payload_of<AmendRequest>(request).account,
                        payload_of<AmendRequest>(request).strategy}
            : std::pair{payload_of<OrderRequest>(request).account,
                        payload_of<OrderRequest>(request).strategy};
  if (latch_.closed(venue_, account, strategy, request.instrument))
    return {EgressRefusal::Closed, std::nullopt};
  return {EgressRefusal::None, Approved{request, stamp}};
}
}  // namespace sq::risk
