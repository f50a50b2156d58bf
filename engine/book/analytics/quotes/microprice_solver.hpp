// Stoikov's micro-price adjustment from transition matrices over n states (imbalance x spread):
//   Q  transitions of the state without a change of the mid      T  those with one
//   k  expected change of the mid in one step, by state (R K of the paper)
//   G1 = (I - Q)^-1 k    B = (I - Q)^-1 T    G* = sum over i >= 0 of B^i G1
// The work is cut into steps of at most 3 n^2 multiplications, so that it can go along with a
// stream of events: one column of the LU factors a step, then one term of G* a step.
// Thread: one writer. Cost: a step of n = 20 takes about 0.1 us; n + 2 + terms steps in all.
// Allocates in the constructor only. Units: those of k. Errors: failed() when I - Q has no
// inverse (a set of states that the mid never moves from). G* ends when a term is below 1e-10 of
// G1, or after 64 terms: it converges when G1 has no drift under the stationary law of B, which
// symmetrised counts ensure. Source: Stoikov, "The Micro-Price: A High Frequency Estimator of
// Future Prices", Quantitative Finance 18(12), 2018, section 3, theorem 3.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sq::book::analytics {
class MicropriceSolver {
 public:
  static constexpr int kTermsMax = 64;

  explicit MicropriceSolver(std::size_t states);

  // The caller fills q() and t() and k(), then begins. From state i to j: element j * states + i,
  // column after column, so that every inner loop runs through neighbours.
  [[nodiscard]] std::span<double> q() noexcept { return factors_; }
  [[nodiscard]] std::span<double> t() noexcept { return moved_; }
  [[nodiscard]] std::span<double> k() noexcept { return first_; }
  void begin() noexcept;
  // True while there is more to do.
  bool step() noexcept;

  [[nodiscard]] bool busy() const noexcept { return phase_ != Phase::Idle; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t states() const noexcept { return states_; }
  [[nodiscard]] int terms() const noexcept { return terms_; }  // of G* so far
  [[nodiscard]] std::span<const double> g1() const noexcept { return first_; }
  // The adjustment after as many changes of the mid as there are terms(); G* at the end.
  [[nodiscard]] std::span<const double> adjustment() const noexcept { return sum_; }
  // vector = (I - Q)^-1 vector, once the factors are done.
  void solve(std::span<double> vector) const noexcept;

 private:
  enum class Phase : std::uint8_t { Idle, Factors, First, Terms };
  void factor_column(std::size_t column) noexcept;
  void add_term() noexcept;

  std::size_t states_;
  Phase phase_{Phase::Idle};
  bool failed_{false};
  std::size_t column_{0};
  int terms_{0};
  std::vector<double> factors_;  // Q, then the LU factors of I - Q
  std::vector<double> moved_;    // T
  std::vector<double> first_;    // k, then G1
  std::vector<double> term_;     // B^i G1
  std::vector<double> next_;
  std::vector<double> sum_;
};
}  // namespace sq::book::analytics
