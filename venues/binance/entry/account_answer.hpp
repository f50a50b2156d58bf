// The answer to an AccountQuery: the account, what works, and all trades from a moment on, asked
// for one after the other and told as one. The account's moment is the answer's: a trade so close
// to it that it may or may not be in the balances makes the account be asked for again.
// Thread: the venue's. Cost: requests; kilobytes. Errors: the answer ends as not complete.
// Source: messaging/venue_account.hpp; controls T02, A12; faults X08, X13, N11.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "engine/messaging/venue_account.hpp"
#include "venues/binance/entry/rest_lane.hpp"

namespace sq::binance {
class AccountAnswer final : public Errand {
 public:
  AccountAnswer(LinkContext& context, const AccountQuery& query, InstrumentId any)
      : context_{context}, query_{query}, any_{any}, from_trade_(instruments().size(), 0) {}

  [[nodiscard]] std::optional<RestAsk> next() override;
  void on_answer(const RestAnswer& answer) override;

 private:
  enum class Stage : std::uint8_t { Account, Orders, Trades, Names, Done };
  [[nodiscard]] const std::vector<Instrument>& instruments() const noexcept {
    return context_.reader.instruments();
  }
  void on_trades(const RestAnswer& answer);
  void on_names(const RestAnswer& answer);
  void on_trades_done();
  [[nodiscard]] bool close_to_account(const ToldTrade& trade) const noexcept;
  void find_unnamed();
  void name(const ToldOrder& order);
  void fail();
  void tell();
  void tell_orders(VenueSnapshot& marks);
  void tell_money(VenueSnapshot& marks);
  void tell_trades(VenueSnapshot& marks);

  LinkContext& context_;
  AccountQuery query_;
  InstrumentId any_;
  Stage stage_{Stage::Account};
  int attempts_{0};  // of the account
  ToldAccount account_;
  MonoTime asked_{};
  MonoTime answered_{};
  std::vector<ToldOrder> orders_;
  std::vector<ToldTrade> trades_;
  std::vector<std::uint64_t> from_trade_;  // as instruments(): where its list goes on; 0: by time
  std::size_t at_{0};                      // instrument whose list is asked for
  WallTime window_{};                      // lists by time are asked for in pieces
  std::map<std::pair<InstrumentId, std::uint64_t>, OrderId> named_;  // orders, by their numbers
  std::set<std::uint64_t> unnamed_;  // orders of the instrument at_ that no id is known of
  std::uint64_t names_from_{0};
};
}  // namespace sq::binance
