// What proves, at the last step before the wire, that the gate approved exactly this order: a
// one-use number and a keyed MAC over content, instrument and number. An Approved can only come
// from the gate's mint, or from the checker at the other end of a ring. The key is made anew for
// each process, outside the core; neither key nor MAC are in any record. Thread: the mint the
// core's, a checker its venue thread's. Cost: about 40 ns each, no allocation. Errors: seal() is
// empty when the request is not what was approved last, or was sealed before. Source: controls P30
// (orders leaving are a subset of orders approved).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/risk/egress_latch.hpp"
#include "engine/types/ids.hpp"

namespace sq::risk {
using ApprovalKey = std::array<std::uint64_t, 2>;

// Travels beside the record in a ring.
struct ApprovalStamp {
  std::uint64_t sequence{0};  // rises with each approval of a process; gaps are fine
  std::uint64_t mac{0};
  friend bool operator==(const ApprovalStamp&, const ApprovalStamp&) noexcept = default;
};

// A request that may leave. Refers to the record: valid as long as that is.
class Approved {
 public:
  [[nodiscard]] const RecordHeader& record() const noexcept { return *record_; }
  [[nodiscard]] const ApprovalStamp& stamp() const noexcept { return stamp_; }
  template <class P>
  [[nodiscard]] const P& payload() const noexcept {
    return payload_of<P>(*record_);
  }

 private:
  friend class ApprovalMint;
  friend class ApprovalChecker;
  Approved(const RecordHeader& record, const ApprovalStamp& stamp) noexcept
      : record_{&record}, stamp_{stamp} {}
  const RecordHeader* record_;
  ApprovalStamp stamp_;
};

// The gate's. approve() remembers the terms, seal() gives the approval for a request on them, once.
class ApprovalMint {
 public:
  explicit ApprovalMint(const ApprovalKey& key) noexcept : key_{key} {}

  // The number of the approval. What is checked next without being sent takes its place.
  std::uint64_t approve(const OrderRequest& draft, InstrumentId instrument) noexcept;
  // `terms`: any other request that needs an approval, without its number.
  std::uint64_t approve(RecordKind kind, std::span<const std::byte> terms,
                        InstrumentId instrument) noexcept;
  // The request may add what the gate does not judge: id, number of the approval, version of the
  // limits, and a reduce-only flag that is no longer wanted at the venue.
  [[nodiscard]] std::optional<Approved> seal(const RecordHeader& request) noexcept;

 private:
  static constexpr std::size_t kTermsMax = 128;
  ApprovalKey key_;
  std::uint64_t sequence_{0};
  bool pending_{false};
  RecordKind kind_{RecordKind::None};
  InstrumentId instrument_{kNoInstrument};
  std::size_t bytes_{0};
  alignas(8) std::array<std::byte, kTermsMax> terms_{};
};

enum class EgressRefusal : std::uint8_t {  // append only; in order of precedence
  None = 0,
  NoApproval = 1,  // the MAC is not of this content and key
  Repeated = 2,    // the number was used, or is older than one that was
  WrongVenue = 3,  // an instrument of another venue
  Closed = 4       // the egress latch
};
[[nodiscard]] std::string_view text_of(EgressRefusal) noexcept;

// At the egress end of a ring: the last look before bytes are made.
class ApprovalChecker {
 public:
  // `carries`: index InstrumentId, the venue's own. The latch outlives the checker.
  ApprovalChecker(const ApprovalKey& key, VenueId venue, std::vector<bool> carries,
                  const EgressLatch& latch)
      : key_{key}, venue_{venue}, carries_{std::move(carries)}, latch_{latch} {}

  struct Outcome {
    EgressRefusal refusal{EgressRefusal::NoApproval};
    std::optional<Approved> approved{};
  };
  [[nodiscard]] Outcome check(const RecordHeader& request, const ApprovalStamp& stamp) noexcept;

 private:
  ApprovalKey key_;
  VenueId venue_;
  std::vector<bool> carries_;
  const EgressLatch& latch_;
  std::uint64_t last_{0};
};

[[nodiscard]] std::uint64_t approval_mac(const ApprovalKey& key, std::uint64_t sequence,
                                         const RecordHeader& request) noexcept;
}  // namespace sq::risk
