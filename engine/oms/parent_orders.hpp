// Parent orders and the one bound that holds them: filled + working + unknown children never exceed
// the parent's quantity, whoever makes the children (P31). Children are counted from the record
// that sends them until there is proof that they cannot fill, so a restart folds to the same sums.
// Thread: its owner's. Cost: O(1) a fact; no allocation after construction.
// Errors: check() gives the verdict of the gate's rules 68 to 71; facts about parents that are not
// in memory are counted. Full of parents that are not done: no new one can be opened.
// Units: quantities 1e-8, turnover 1e-17. Source: controls P17, P31; faults X18, X19.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/messaging/parents.hpp"
#include "engine/oms/trigger.hpp"
#include "engine/risk/verdict.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::oms {
// Which of its terms a child does not meet: Verdict::detail of Rule::ParentTerms.
enum class ParentTerm : std::uint8_t {
  Strategy = 1,
  Instrument = 2,
  Side = 3,
  Worker = 4,    // made by its owner where the engine works it, or the other way round
  Children = 5,  // their number
  Account = 6,
  Terms = 7  // of the parent itself: they make no sense
};

struct Parent {
  // Folded from ParentChanged and ConditionalChanged.
  OrderId id{};
  OrderId group{};
  InstrumentId instrument{kNoInstrument};
  Price limit{};
  Qty qty{};
  WallTime deadline{};
  std::uint32_t children_max{0};
  std::uint32_t protection_bps{0};
  StrategyId strategy{kNoStrategy};
  AccountId account{};
  Side side{Side::Buy};
  ParentWork work{ParentWork::Owner};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  ParentState state{ParentState::None};
  bool reduce_only{false};
  bool keep{false};
  bool pinned{false};  // stays in memory until its group is done
  Trigger trigger{};
  // Folded from the children's own records.
  Qty filled{};
  Qty at_stake{};
  // Of the fills as they stand: a bust takes its own off, a correction replaces it. What is filled
  // stays filled: a bust gives no child anything back.
  Qty booked{};
  Int128 turnover{0};  // sum of price x qty
  std::uint32_t children{0};
  // Of this run.
  std::uint32_t attempts{0};  // refused or without effect, one after the other
  MonoTime retry_at{};

  [[nodiscard]] bool open() const noexcept { return state == ParentState::Open; }
  [[nodiscard]] bool exists() const noexcept { return state != ParentState::None; }
  // What may still be given to children.
  [[nodiscard]] Qty due() const noexcept {
    const Int128 left = Int128{qty.raw()} - filled.raw() - at_stake.raw();
    return left > 0 ? Qty::from_raw(static_cast<std::int64_t>(left)) : Qty{};
  }
  // Toward zero; 0 while no fill stands. Exact: turnover / booked.
  [[nodiscard]] Price average_price() const noexcept {
    if (booked <= Qty{}) return {};
    return Price::from_raw(static_cast<std::int64_t>(turnover / booked.raw()));
  }
};

class ParentOrders {
 public:
  static constexpr std::uint32_t kCapacity = 1024;  // open ones and the youngest that are done
  static constexpr std::size_t kWorkedMax = 128;    // worked by the engine, an instrument

  explicit ParentOrders(std::size_t instruments, std::uint32_t capacity = kCapacity);

  // Facts, in the order of the log.
  void on_changed(const RecordHeader& record) noexcept;      // ParentChanged
  void on_conditional(const RecordHeader& record) noexcept;  // ConditionalChanged
  void on_child_sent(const OrderRequest& child) noexcept;
  // What the child may fill grew: an amend was sent. Its answers are reports.
  void on_child_resized(OrderId parent, Qty delta) noexcept;
  void on_child_report(OrderId parent, Qty released, Qty fill) noexcept;
  // A fill of a child entered the books; negative: it left them, busted or to be corrected. Of a
  // parent that is not in memory any more nobody asks for the average.
  void on_child_booked(OrderId parent, Qty qty, Price price) noexcept;

  // The group is done: its parents need not be remembered for it any more.
  void on_group_done(OrderId group) noexcept;

  // May this child be created now?
  [[nodiscard]] risk::Verdict check(const OrderRequest& child, InstrumentId instrument,
                                    ParentWork by, WallTime now) const noexcept;
  // May a child get this limit, and `added` more that may fill?
  [[nodiscard]] risk::Verdict check_amend(const OrderRequest& child, InstrumentId instrument,
                                          Price limit, Qty added, ParentWork by,
                                          WallTime now) const noexcept;
  [[nodiscard]] bool has_room(InstrumentId instrument, ParentWork work,
                              std::size_t parents = 1) const noexcept;

  [[nodiscard]] Parent* find(OrderId id) noexcept;
  [[nodiscard]] const Parent* find(OrderId id) const noexcept;
  [[nodiscard]] Parent& at(std::uint32_t slot) noexcept { return slots_[slot]; }
  [[nodiscard]] std::uint32_t slot_of(const Parent& parent) const noexcept {
    return static_cast<std::uint32_t>(&parent - slots_.data());
  }
  // Slots of the instrument's parents that the engine works and that are not done, oldest first.
  [[nodiscard]] const std::vector<std::uint16_t>& worked(InstrumentId instrument) const noexcept {
    return worked_[index_of(instrument)];
  }
  // That cannot be forgotten: not done, or of a group that is not.
  [[nodiscard]] std::size_t live() const noexcept { return live_; }
  [[nodiscard]] std::uint64_t strays() const noexcept { return strays_; }
  // In order of slots.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (std::uint32_t i = 0; i < used_; ++i)
      if (slots_[i].exists()) visit(slots_[i]);
  }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::uint32_t i = 0; i < used_; ++i)
      if (slots_[i].exists()) visit(slots_[i]);
  }

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  [[nodiscard]] static risk::Verdict check_terms(const Parent* parent, const OrderRequest& child,
                                                 InstrumentId instrument, ParentWork by,
                                                 WallTime now) noexcept;
  [[nodiscard]] static risk::Verdict check_bound(const Parent& parent, Side side, Price limit,
                                                 Qty added) noexcept;
  [[nodiscard]] Parent* create(OrderId id) noexcept;
  void forget(std::uint32_t slot) noexcept;
  void insert(std::uint32_t slot) noexcept;
  void erase(OrderId id) noexcept;
  [[nodiscard]] std::size_t bucket(OrderId id) const noexcept;
  void work(Parent& parent) noexcept;
  void rest(const Parent& parent) noexcept;

  std::vector<Parent> slots_;
  std::vector<std::uint32_t> index_;                // open addressing, at most half full
  std::vector<std::vector<std::uint16_t>> worked_;  // [instrument]
  std::size_t mask_;
  std::uint32_t used_{0};  // slots behind were never used
  std::size_t live_{0};
  std::size_t held_{0};  // slots in use
  std::uint64_t strays_{0};
};
}  // namespace sq::oms
