#include "venues/binance/entry/funding_list.hpp"

#include <algorithm>

#include "engine/messaging/account.hpp"

namespace sq::binance {
namespace {
constexpr int kAttempts = 4;
constexpr std::int64_t kFirstNs = 500 * kNsPerMs;  // twice as long each time
constexpr std::size_t kToldMax = 1'024;
}  // namespace

class FundingList::Ask final : public Errand {
 public:
  Ask(FundingList& list, WallTime from) : list_{list}, from_{from} {}
  std::optional<RestAsk> next() override {
    if (asked_) return std::nullopt;
    asked_ = true;
    RestAsk ask;
    ask.path = "/fapi/v1/income";
    ask.query = "incomeType=FUNDING_FEE&limit=1000&startTime=";
    ask.query.append(std::to_string(from_.ns / kNsPerMs));
    ask.cost.weight = 30;
    return ask;
  }
  void on_answer(const RestAnswer& answer) override {
    std::vector<ToldIncome> income;
    if (!answer.told() || !list_.context_.reader.read_income(answer.body, income)) {
      ++list_.context_.counters.queries_failed;
      return;
    }
    for (const ToldIncome& each : income) list_.tell(each);
  }

 private:
  FundingList& list_;
  WallTime from_;
  bool asked_{false};
};

void FundingList::on_position(InstrumentId instrument, Qty position) noexcept {
  const auto& all = context_.reader.instruments();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].id == instrument) positions_[i] = position;
}

void FundingList::expect(WallTime at, MonoTime now) noexcept {
  if (attempts_ == 0) from_ = at - kNsPerSecond;
  attempts_ = kAttempts;
  due_ = now + kFirstNs;
}

std::unique_ptr<Errand> FundingList::due() {
  if (attempts_ == 0 || context_.now < due_) return nullptr;
  --attempts_;
  due_ = context_.now + (kFirstNs << (kAttempts - attempts_));
  return std::make_unique<Ask>(*this, from_);
}

void FundingList::tell(const ToldIncome& income) {
  if (income.at < from_) return;
  const auto key = income.id * 64 + index_of(income.instrument) % 64;  // ids are those of a user
  if (std::find(told_.begin(), told_.end(), key) != told_.end()) return;
  if (told_.size() == kToldMax) told_.erase(told_.begin());
  told_.push_back(key);
  FundingSettled funding;
  funding.amount = income.amount;
  funding.funding_time = income.at;
  funding.account = context_.settings.account;
  const auto& all = context_.reader.instruments();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].id == income.instrument) funding.position = positions_[i];
  context_.out.tell(RecordKind::FundingSettled, funding, income.instrument, income.at);
}
}  // namespace sq::binance
