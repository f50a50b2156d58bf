// What the comparisons with QuantLib 1.29 share: its market as quotes that can be set, and the
// measure of a family of random contracts, one line of output each.
// The error of a row is |ours - theirs| / (size + |theirs|), where size is the spot or what the
// test says: closed forms are differences of terms as large as the spot, so that is what rounding
// scales with. The line also tells the largest relative difference among values above size / 1,000
// and the inputs of the worst row. We must answer every row; rows that QuantLib refuses are counted
// and may be 1 in 100 unless the test says otherwise.
#pragma once

#include <array>
#include <boost/version.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <ql/exercise.hpp>
#include <ql/instruments/payoffs.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <string>
#include <utility>

#include "engine/options/result.hpp"
#include "tests/options/exotic_families.hpp"
#include "tests/support/recorded_data.hpp"

namespace sq::options::peer {
namespace ql = QuantLib;
using ql::ext::make_shared;
using test::Random;

inline constexpr int kRows = 100'000;

// QuantLib's observers hold a container whose layout changed in Boost 1.80, and Debian's library
// was built with 1.74: with newer headers anything that is registered loops for ever.
inline bool usable() {
  if (BOOST_VERSION < 108000) return true;
  sq::test::skip("QuantLib was built with Boost 1.74, these headers are newer");
  return false;
}

using Inputs = std::array<double, 10>;

class Family {
 public:
  Family(std::string name, double allowed, double refused_share = 0.01)
      : name_{std::move(name)}, allowed_{allowed}, refused_share_{refused_share} {}
  void see(double ours, double theirs, double size, const Inputs& inputs) {
    ++rows_;
    const double difference = std::fabs(ours - theirs);
    const double error = difference / (std::fabs(theirs) + size);
    if (std::fabs(theirs) > size / 1'000) {
      relative_ = std::fmax(relative_, difference / std::fabs(theirs));
    }
    if (error <= worst_) return;
    worst_ = std::isfinite(error) ? error : HUGE_VAL;
    ours_ = ours;
    theirs_ = theirs;
    inputs_ = inputs;
  }
  void see(const Result<double>& ours, double theirs, double size, const Inputs& inputs) {
    if (!std::isfinite(theirs)) return refused_by_quantlib();
    if (ours) return see(*ours, theirs, size, inputs);
    ++unanswered_;
    inputs_ = inputs;
  }
  void refused_by_quantlib() { ++refused_; }
  ~Family() {
    std::printf("  QuantLib %-26s %6zu rows, worst %.1e (%.1e relative)", name_.c_str(), rows_,
                worst_, relative_);
    if (refused_ > 0) std::printf(", %zu refused by QuantLib", refused_);
    std::printf("; at %.17g for %.17g:", ours_, theirs_);
    for (const double input : inputs_) std::printf(" %.6g", input);
    std::printf("\n");
    INFO(name_);
    CHECK(rows_ > 0);
    CHECK(worst_ <= allowed_);
    CHECK(unanswered_ == 0);
    CHECK(static_cast<double>(refused_) <= refused_share_ * static_cast<double>(rows_ + refused_));
  }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

 private:
  std::string name_;
  double allowed_;
  double refused_share_;
  std::size_t rows_{0}, refused_{0}, unanswered_{0};
  double worst_{0}, relative_{0}, ours_{0}, theirs_{0};
  Inputs inputs_{};
};

// One row of compare(): both prices, what they are measured against, and the inputs to print.
struct Compared {
  Result<double> ours;
  double theirs;
  double size;
  Inputs inputs;
};
template <class Fn>
void compare(const char* name, int rows, double allowed, Fn&& priced, double refused_share = 0.01) {
  Family family{name, allowed, refused_share};
  Random random{91, false};
  for (int i = 0; i < rows; ++i) {
    try {
      const Compared c = priced(random);
      family.see(c.ours, c.theirs, c.size, c.inputs);
    } catch (const std::exception&) {
      family.refused_by_quantlib();
    }
  }
}

inline const ql::Date& today() {
  static const ql::Date date{1, ql::January, 2026};
  return date;
}
inline ql::Date date_of(double years) {
  return today() + static_cast<int>(std::lround(years * 365));
}
// Whole days, so that dates say exactly what years do.
inline double days(Random& r, double from, double to) {
  return std::round(r.between(from, to) * 365) / 365;
}

// A flat market whose numbers can be set.
class Peer {
 public:
  Peer() {
    ql::Settings::instance().evaluationDate() = today();
    rates = curve(rate_);
    yields = curve(yield_);
    spots = ql::Handle<ql::Quote>(spot_);
    volatilities = ql::Handle<ql::BlackVolTermStructure>(make_shared<ql::BlackConstantVol>(
        today(), ql::NullCalendar(), ql::Handle<ql::Quote>(volatility_), ql::Actual365Fixed()));
    process = make_shared<ql::BlackScholesMertonProcess>(spots, yields, rates, volatilities);
  }
  void set(const Market& m) {
    spot_->setValue(m.spot);
    rate_->setValue(m.rate);
    yield_->setValue(m.yield);
    volatility_->setValue(m.volatility);
  }
  template <class Engine, class Instrument, class... Settings>
  double price(const Market& m, Instrument&& instrument, Settings&&... settings) {
    set(m);
    instrument.setPricingEngine(make_shared<Engine>(process, settings...));
    return instrument.NPV();
  }
  static ql::Handle<ql::YieldTermStructure> curve(const ql::ext::shared_ptr<ql::SimpleQuote>& q) {
    return ql::Handle<ql::YieldTermStructure>(
        make_shared<ql::FlatForward>(today(), ql::Handle<ql::Quote>(q), ql::Actual365Fixed()));
  }

  ql::Handle<ql::Quote> spots;
  ql::Handle<ql::YieldTermStructure> rates, yields;
  ql::Handle<ql::BlackVolTermStructure> volatilities;
  ql::ext::shared_ptr<ql::BlackScholesMertonProcess> process;

 private:
  ql::ext::shared_ptr<ql::SimpleQuote> spot_ = make_shared<ql::SimpleQuote>(100.0);
  ql::ext::shared_ptr<ql::SimpleQuote> rate_ = make_shared<ql::SimpleQuote>(0.05);
  ql::ext::shared_ptr<ql::SimpleQuote> yield_ = make_shared<ql::SimpleQuote>(0.0);
  ql::ext::shared_ptr<ql::SimpleQuote> volatility_ = make_shared<ql::SimpleQuote>(0.2);
};

inline ql::Option::Type type_of(OptionType type) {
  return type == OptionType::Call ? ql::Option::Call : ql::Option::Put;
}
inline auto european(double years) { return make_shared<ql::EuropeanExercise>(date_of(years)); }
inline auto plain(OptionType type, double strike) {
  return make_shared<ql::PlainVanillaPayoff>(type_of(type), strike);
}
// What desks trade.
inline Market usual(Random& r) {
  return {r.near(100, 1.2), r.between(0.0, 0.1), r.between(0.0, 0.08), r.between(0.1, 0.6)};
}
inline Inputs noted(const Market& m, OptionType type, double a, double b = 0, double c = 0,
                    double d = 0, double e = 0) {
  return {m.spot, m.rate, m.yield, m.volatility, sign_of(type), a, b, c, d, e};
}
}  // namespace sq::options::peer
