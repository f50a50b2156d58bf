#include <algorithm>
#include <cmath>
#include <map>

#include "engine/options/calendar/expiry.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "engine/options/surface/surface.hpp"

namespace sq::options {
namespace {
struct Expiry {
  double years{0};
  std::map<double, ParityPair> pairs{};   // both sides two-sided
  std::map<double, DeltaQuote> deltas{};  // the venue's volatilities
  std::vector<const ChainQuote*> two_sided{};
  std::vector<const ChainQuote*> volatilities{};
  std::optional<Forward> forward{};
};
constexpr double kRateErrorMax = 0.005;  // a parity rate less certain than this is not used
constexpr double kRateYearsMin = 0.08;   // nor one from a shorter expiry
}  // namespace

class SurfaceBuilder {
 public:
  SurfaceBuilder(const Chain& chain, const SurfaceSettings& settings)
      : chain_{chain}, settings_{settings} {}

  Result<Surface> run() {
    if (!std::isfinite(chain_.spot)) return std::unexpected{Error::NotFinite};
    if (!(chain_.spot > 0)) return std::unexpected{Error::SpotNotPositive};
    if (settings_.quotes_min < 5) return std::unexpected{Error::ParameterRange};
    surface_.spot_ = chain_.spot;
    for (const ChainQuote& quote : chain_.quotes) sort_in(quote);
    find_forwards();
    for (const auto& [moment, expiry] : expiries_) add_slice(WallTime{moment}, expiry);
    if (surface_.slices_.empty()) return std::unexpected{Error::ParameterRange};
    return std::move(surface_);
  }

 private:
  void refuse(QuoteRefusal reason) { ++surface_.refused_[static_cast<std::size_t>(reason)]; }

  std::optional<QuoteRefusal> refusal_of(const ChainQuote& q, double years) const {
    const bool finite = std::isfinite(q.strike) && std::isfinite(q.bid) && std::isfinite(q.ask) &&
                        std::isfinite(q.quoted_volatility) && std::isfinite(q.quoted_delta);
    if (!finite || !(q.strike > 0)) return QuoteRefusal::BadNumber;
    if (years < settings_.years_min) return QuoteRefusal::Expired;
    if (q.bid <= 0) return QuoteRefusal::NoBid;
    if (q.ask <= 0) return QuoteRefusal::NoAsk;
    if (q.bid > q.ask) return QuoteRefusal::Crossed;
    if (q.quoted_at.ns != 0 && chain_.time - q.quoted_at > settings_.age_ns_max) {
      return QuoteRefusal::Stale;
    }
    if (q.ask - q.bid > settings_.spread_max * (q.ask + q.bid) / 2) return QuoteRefusal::Wide;
    return {};
  }

  void sort_in(const ChainQuote& quote) {
    const double years = years_actual_365(chain_.time, quote.expiry);
    const auto refusal = refusal_of(quote, years);
    if (refusal == QuoteRefusal::BadNumber || refusal == QuoteRefusal::Expired) {
      return refuse(*refusal);
    }
    Expiry& expiry = expiries_[quote.expiry.ns];
    expiry.years = years;
    if (quote.quoted_volatility > 0) {
      expiry.volatilities.push_back(&quote);
      DeltaQuote& delta = expiry.deltas[quote.strike];
      delta.strike = quote.strike;
      (quote.type == OptionType::Call ? delta.call_delta : delta.put_delta) = quote.quoted_delta;
      if (quote.type == OptionType::Call) delta.volatility = quote.quoted_volatility;
    }
    if (refusal) return refuse(*refusal);
    expiry.two_sided.push_back(&quote);
    ParityPair& pair = expiry.pairs[quote.strike];
    pair.strike = quote.strike;
    (quote.type == OptionType::Call ? pair.call_bid : pair.put_bid) = quote.bid;
    (quote.type == OptionType::Call ? pair.call_ask : pair.put_ask) = quote.ask;
  }

  void find_forwards() {
    std::map<double, double> rates;  // by years
    std::map<std::int64_t, std::vector<ParityPair>> pairs;
    for (auto& [moment, expiry] : expiries_) {
      for (const auto& [strike, pair] : expiry.pairs) {
        if (pair.call_ask > 0 && pair.put_ask > 0) pairs[moment].push_back(pair);
      }
      if (settings_.rate || chain_.inverse) continue;
      const auto free = forward_from_parity(pairs[moment], expiry.years, false);
      const bool sure = free && free->strikes >= 5 && free->rate_error < kRateErrorMax &&
                        expiry.years >= kRateYearsMin && std::abs(free->rate) < 0.5;
      if (!sure) continue;
      expiry.forward = *free;
      rates[expiry.years] = free->rate;
    }
    for (auto& [moment, expiry] : expiries_) {
      if (expiry.forward) continue;
      const double rate = rate_for(rates, expiry.years);
      Result<Forward> found =
          forward_from_parity(pairs[moment], expiry.years, chain_.inverse, rate);
      if (!found || found->strikes < 3) {
        std::vector<DeltaQuote> deltas;
        for (const auto& [strike, delta] : expiry.deltas) {
          if (delta.call_delta != 0 && delta.put_delta != 0) deltas.push_back(delta);
        }
        const Result<Forward> other = forward_from_deltas(deltas, expiry.years, rate);
        if (other) found = other;
      }
      if (found) expiry.forward = *found;
    }
  }

  double rate_for(const std::map<double, double>& rates, double years) const {
    if (settings_.rate) return *settings_.rate;
    if (rates.empty()) return 0;
    const auto after = rates.lower_bound(years);
    if (after == rates.begin()) return after->second;
    const auto before = std::prev(after);
    if (after == rates.end()) return before->second;
    return years - before->first < after->first - years ? before->second : after->second;
  }

  std::optional<SlicePoint> point_of(const ChainQuote& quote, const Expiry& expiry) {
    const Forward& f = *expiry.forward;
    const bool out = (quote.strike >= f.forward) == (quote.type == OptionType::Call);
    if (!out) {
      refuse(QuoteRefusal::InTheMoney);
      return {};
    }
    SlicePoint point{.type = quote.type, .strike = quote.strike};
    point.k = std::log(quote.strike / f.forward);
    const double unit = chain_.inverse ? f.forward : 1.0;
    const auto volatility = [&](double price) {
      return black76_implied_volatility(price * unit, {.forward = f.forward, .rate = f.rate},
                                        {quote.type, quote.strike, expiry.years});
    };
    const Result<double> bid = volatility(quote.bid);
    const Result<double> mid = volatility((quote.bid + quote.ask) / 2);
    const Result<double> ask = volatility(quote.ask);
    if (!bid || !mid || !ask || !(*bid > 0)) {
      refuse(QuoteRefusal::OutOfBounds);
      return {};
    }
    point.bid = *bid;
    point.mid = *mid;
    point.ask = *ask;
    return point;
  }

  void add_slice(WallTime moment, const Expiry& expiry) {
    Slice slice{.expiry = moment, .years = expiry.years};
    if (!expiry.forward) {
      for (std::size_t i = 0; i < expiry.two_sided.size(); ++i) refuse(QuoteRefusal::NoForward);
      surface_.skipped_.push_back({moment, 0});
      return;
    }
    slice.forward = *expiry.forward;
    for (const ChainQuote* quote : expiry.two_sided) {
      if (const auto point = point_of(*quote, expiry)) slice.points.push_back(*point);
    }
    if (slice.points.size() < settings_.quotes_min) add_quoted_volatilities(slice, expiry);
    std::sort(slice.points.begin(), slice.points.end(),
              [](const SlicePoint& a, const SlicePoint& b) { return a.k < b.k; });
    drop_far_wings(slice);
    if (slice.points.size() < settings_.quotes_min || !fit(slice)) {
      surface_.skipped_.push_back({moment, slice.points.size()});
      return;
    }
    surface_.slices_.push_back(std::move(slice));
  }

  // Deep wings are quoted at the smallest price there is: no smile holds them and the middle.
  void drop_far_wings(Slice& slice) {
    if (slice.points.empty()) return;
    const auto nearest = std::min_element(
        slice.points.begin(), slice.points.end(),
        [](const SlicePoint& a, const SlicePoint& b) { return std::abs(a.k) < std::abs(b.k); });
    const double reach = settings_.deviations_max * nearest->mid * std::sqrt(slice.years);
    const std::size_t before = slice.points.size();
    std::erase_if(slice.points, [&](const SlicePoint& p) { return std::abs(p.k) > reach; });
    surface_.refused_[static_cast<std::size_t>(QuoteRefusal::FarWing)] +=
        before - slice.points.size();
  }

  // The venue's own volatilities, within four deviations: further out they are a floor or noise.
  static void add_quoted_volatilities(Slice& slice, const Expiry& expiry) {
    slice.points.clear();
    slice.from_quoted_volatility = true;
    const double forward = slice.forward.forward;
    for (const ChainQuote* quote : expiry.volatilities) {
      const bool out = (quote->strike >= forward) == (quote->type == OptionType::Call);
      const double k = std::log(quote->strike / forward);
      const double v = quote->quoted_volatility;
      if (!out || std::abs(k) > 4 * v * std::sqrt(expiry.years)) continue;
      slice.points.push_back({quote->type, quote->strike, k, v, v, v, 0});
    }
  }

  bool fit(Slice& slice) const {
    std::vector<SmilePoint> points;
    for (const SlicePoint& p : slice.points) {
      const double half = std::max((p.ask - p.bid) / 2, settings_.half_spread_min);
      const double variance = p.mid * p.mid * slice.years;
      points.push_back({p.k, variance, 1 / (2 * p.mid * slice.years * half)});
    }
    SviSettings wanted{.no_butterfly = settings_.no_butterfly};
    MoneynessRange both{};
    bool overlap = false;
    if (!surface_.slices_.empty()) {
      const auto& earlier = surface_.slices_.back().points;
      both = {std::max(earlier.front().k, points.front().k),
              std::min(earlier.back().k, points.back().k)};
      overlap = both.low < both.high;
    }
    if (settings_.no_calendar && overlap) {
      wanted.floor = surface_.slices_.back().fit.smile;
      wanted.floor_range = both;
    }
    const Result<SviFit> found = calibrate_svi(points, wanted);
    if (!found) return false;
    slice.fit = *found;
    if (!wanted.floor && overlap) {
      slice.fit.calendar = check_calendar(surface_.slices_.back().fit.smile, found->smile, both);
    }
    measure(slice);
    return true;
  }

  static void measure(Slice& slice) {
    double square = 0, spreads = 0;
    std::size_t inside = 0;
    for (SlicePoint& p : slice.points) {
      p.fitted = std::sqrt(std::max(0.0, total_variance(slice.fit.smile, p.k)) / slice.years);
      const double miss = p.fitted - p.mid;
      square += miss * miss;
      if (p.ask > p.bid) spreads += miss * miss * 4 / ((p.ask - p.bid) * (p.ask - p.bid));
      if (p.ask > p.bid && p.fitted >= p.bid && p.fitted <= p.ask) ++inside;
    }
    const auto count = static_cast<double>(slice.points.size());
    slice.error = {std::sqrt(square / count), std::sqrt(spreads / count),
                   static_cast<double>(inside) / count};
  }

  const Chain& chain_;
  const SurfaceSettings& settings_;
  Surface surface_{};
  std::map<std::int64_t, Expiry> expiries_{};
};

Result<Surface> Surface::build(const Chain& chain, const SurfaceSettings& settings) {
  return SurfaceBuilder{chain, settings}.run();
}
}  // namespace sq::options
