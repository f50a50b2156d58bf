#include "venues/binance/entry/start_checks.hpp"

#include "venues/binance/entry/rest_paths.hpp"

namespace sq::binance {
namespace {
constexpr std::int32_t kMarginModeIsSo = -4046;
}  // namespace

StartChecks::StartChecks(LinkContext& context, bool& done, bool& failed)
    : context_{context}, done_{done}, failed_{failed} {
  const OrderLinkSettings& wanted = context.settings;
  due_.push_back({Step::Filters, nullptr});
  if (!wanted.restrictions_path.empty()) due_.push_back({Step::Restrictions, nullptr});
  due_.push_back({Step::Account, nullptr});
  if (context.spot()) return;
  due_.push_back({Step::Mode, nullptr});
  for (const Instrument& each : context.reader.instruments()) {
    if (wanted.margin != MarginSetting::AsIs) due_.push_back({Step::Margin, &each});
    if (wanted.leverage != 0) due_.push_back({Step::Leverage, &each});
  }
}

std::optional<RestAsk> StartChecks::next() {
  if (failed_ || context_.stopped) return std::nullopt;
  if (at_ == due_.size()) {
    done_ = true;
    return std::nullopt;
  }
  const bool spot = context_.spot();
  const Due& due = due_[at_];
  RestAsk ask;
  switch (due.step) {
    case Step::Filters:
      ask.path = spot ? "/api/v3/exchangeInfo" : "/fapi/v1/exchangeInfo";
      ask.security = RestSecurity::None;
      ask.cost.weight = spot ? 20 : 1;
      if (spot) {
        ask.query = "symbols=%5B";
        for (const Instrument& each : context_.reader.instruments()) {
          if (&each != &context_.reader.instruments().front()) ask.query.append(",");
          ask.query.append("%22").append(each.symbol.view()).append("%22");
        }
        ask.query.append("%5D");
      }
      break;
    case Step::Restrictions:
      ask.path = context_.settings.restrictions_path;
      break;
    case Step::Account:
      ask.path = spot ? "/api/v3/account" : "/fapi/v3/account";
      ask.cost.weight = spot ? 20 : 5;
      break;
    case Step::Mode:
      ask.path = "/fapi/v1/positionSide/dual";
      ask.cost.weight = 30;
      break;
    case Step::Margin:
      ask.method = "POST";
      ask.path = "/fapi/v1/marginType";
      ask.query = symbol_query(*due.instrument).append("&marginType=");
      ask.query.append(context_.settings.margin == MarginSetting::Cross ? "CROSSED" : "ISOLATED");
      break;
    case Step::Leverage:
      ask.method = "POST";
      ask.path = "/fapi/v1/leverage";
      ask.query = symbol_query(*due.instrument).append("&leverage=");
      ask.query.append(std::to_string(context_.settings.leverage));
      break;
  }
  return ask;
}

void StartChecks::on_answer(const RestAnswer& answer) {
  const Due due = due_[at_];
  if (answer.told()) return check(due, answer);
  if (answer.outcome == net::HttpClient::Outcome::Answered) return refused(due, answer);
  context_.note(answer.why);
  failed_ = true;
}

void StartChecks::refused(const Due& due, const RestAnswer& answer) {
  const VenueAnswer said = context_.reader.read_error(answer.status, answer.body);
  if (due.step == Step::Margin && said.code == kMarginModeIsSo) {
    ++at_;
    return;
  }
  const Meaning meaning = meaning_of(context_.where.venue, RequestKind::Other, said);
  std::string why{"at the start the venue says: "};
  why.append(std::to_string(said.code)).append(" ").append(said.message);
  const bool setting = due.step == Step::Margin || due.step == Step::Leverage;
  const bool refused = setting && said.status == 400 && meaning.care == Care::None;
  if (refused || meaning.care == Care::KeyRefused) return context_.stop(why);
  context_.note(why);
  failed_ = true;
}

void StartChecks::check(const Due& due, const RestAnswer& answer) {
  ++at_;
  AnswerReader& reader = context_.reader;
  switch (due.step) {
    case Step::Filters:
      if (const auto limits = reader.read_limits(answer.body); !limits.empty())
        context_.governor.take_limits(limits);
      if (!context_.settings.check_filters) return;
      if (const std::string differs = reader.differing_filters(answer.body); !differs.empty())
        context_.stop(differs);
      return;
    case Step::Restrictions: {
      const auto may_withdraw = reader.read_flag(answer.body, "enableWithdrawals");
      if (!may_withdraw)
        return context_.stop("the venue does not tell whether the key may withdraw");
      if (*may_withdraw) context_.stop("the key may withdraw: such a key is not used");
      return;
    }
    case Step::Account: {
      ToldAccount account;
      if (!reader.read_account(answer.body, account))
        return context_.stop("the venue's account cannot be read");
      context_.positions = account.positions;
      if (!account.can_trade) context_.stop("the account may not trade");
      return;
    }
    case Step::Mode: {
      const auto hedge = reader.read_flag(answer.body, "dualSidePosition");
      if (!hedge) return context_.stop("the venue does not tell the position mode");
      if (*hedge) context_.stop("the account is in hedge mode; one-way mode is needed");
      return;
    }
    case Step::Margin:
    case Step::Leverage:
      return;
  }
}
}  // namespace sq::binance
