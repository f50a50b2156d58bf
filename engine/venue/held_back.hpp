// Requests that never left, until the core hears of them: an order as NotSent, an amend as
// ReplaceRejected, inputs like any other.
// Thread: the core's. Cost: a copy; no allocation after construction. Errors: what finds no room is
// counted in unreported(): to the core it stays sent without an answer.
// Source: design 2.6 (what happens when a ring is full); fault N20.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/messaging/orders.hpp"

namespace sq::venue {
class HeldBack {
 public:
  HeldBack() { reports_.reserve(kReportsMax); }

  void keep(const RecordHeader& request, RejectCode code = RejectCode::None) noexcept {
    ++count_;
    if (next_ == reports_.size()) {
      reports_.clear();
      next_ = 0;
    }
    if (reports_.size() == kReportsMax) {
      ++unreported_;
      return;
    }
    OrderReport report;
    if (request.kind == RecordKind::AmendSent) {
      const auto& amend = payload_of<AmendRequest>(request);
      report.id = amend.id;
      report.kind = ReportKind::ReplaceRejected;  // the order itself works on
      report.amend = amend.number;
    } else {
      report.id = order_request_of(request).id;
      report.kind = ReportKind::NotSent;
    }
    report.code = code;
    auto record = make_record(RecordKind::OrderReport, report);
    record.header.source = kSourceCore;
    record.header.source_sequence = count_;
    record.header.instrument = request.instrument;
    reports_.push_back(record);
  }
  // In the order of their requests; false: none is left.
  [[nodiscard]] bool take(Record<OrderReport>& report) noexcept {
    if (next_ == reports_.size()) return false;
    report = reports_[next_++];
    return true;
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }  // ever
  [[nodiscard]] std::uint64_t unreported() const noexcept { return unreported_; }

 private:
  static constexpr std::size_t kReportsMax = 4'096;

  std::vector<Record<OrderReport>> reports_;
  std::size_t next_{0};  // to hand out
  std::uint64_t count_{0};
  std::uint64_t unreported_{0};
};
}  // namespace sq::venue
