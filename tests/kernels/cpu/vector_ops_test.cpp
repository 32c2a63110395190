// Element-wise kernels against the reference, over odd lengths and addresses, on every SIMD target.
#include "kernels/cpu/vector_ops.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/reference/reference_ops.h"
#include "tests/kernels/cpu/backend_fixture.h"
#include "tests/kernels/cpu/simd_targets_test.h"

namespace kernels::cpu {
namespace {

using test::randomFloats;
using test::simdTargets;
using test::UseTarget;

constexpr size_t kLengths[] = {1, 2, 3, 7, 8, 15, 16, 17, 31, 63, 64, 65, 127, 576, 1000, 1536};

// Runs `check(x, y, out, n)` for every target, length and misalignment; out has a guard behind it.
template <class Check>
void overShapes(Check check) {
  for (const int64_t target : simdTargets()) {
    const UseTarget use(target);
    for (const size_t n : kLengths) {
      for (const size_t shift : {size_t{0}, size_t{1}, size_t{3}}) {
        const std::vector<float> x = randomFloats(n + shift, 1, 2.0f), y = randomFloats(n + shift, 2);
        std::vector<float> out(n + shift + 1, -77.0f);
        SCOPED_TRACE(testing::Message() << hwy::TargetName(target) << " n " << n << " shift " << shift);
        check(std::span(x).subspan(shift), std::span(y).subspan(shift), out.data() + shift, n);
        EXPECT_EQ(out.back(), -77.0f) << "written beyond the end";
      }
    }
  }
}

// Relative to the largest value of the row.
void expectNear(const float* got, const reference::Row& want, double bound) {
  double scale = 1e-30;
  for (const double v : want) scale = std::max(scale, std::abs(v));
  for (size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(got[i], want[i], bound * scale) << i;
}

reference::Row row(std::span<const float> x) {
  return {x.begin(), x.end()};
}

TEST(VectorOps, RmsNorm) {
  for (const bool addOne : {false, true}) {
    overShapes([addOne](std::span<const float> x, std::span<const float> w, float* out, size_t n) {
      rmsNorm(x.data(), w.data(), n, 1e-5f, addOne, out);
      expectNear(out, reference::rmsNorm(row(x), w, {0, 1e-5f, addOne}), 1e-6);
      // In place.
      std::copy(x.begin(), x.end(), out);
      rmsNorm(out, w.data(), n, 1e-5f, addOne, out);
      expectNear(out, reference::rmsNorm(row(x), w, {0, 1e-5f, addOne}), 1e-6);
    });
  }
}

TEST(VectorOps, GatedEpilogues) {
  overShapes([](std::span<const float> x, std::span<const float> y, float* out, size_t n) {
    swiGlu(x.data(), y.data(), n, out);
    expectNear(out, reference::gated(Epilogue::SwiGlu, row(x), row(y)), 1e-6);
    geluGlu(x.data(), y.data(), n, out);
    expectNear(out, reference::gated(Epilogue::GeluGlu, row(x), row(y)), 1e-6);
  });
}

TEST(VectorOps, GatesAtTheEndsOfTheRange) {
  for (const int64_t target : simdTargets()) {
    const UseTarget use(target);
    const std::vector<float> gate = {-1e30f, -200.0f, -88.0f, -1e-30f, 0.0f, 1e-30f, 88.0f, 200.0f, 1e30f};
    const std::vector<float> up(gate.size(), 1.0f);
    std::vector<float> out(gate.size());
    swiGlu(gate.data(), up.data(), gate.size(), out.data());
    for (size_t i = 0; i < gate.size(); ++i) {
      const double want = gate[i] < -100.0f ? 0.0 : gate[i] / (1.0 + std::exp(-double{gate[i]}));
      EXPECT_NEAR(out[i], want, 1e-6 * std::abs(want) + 1e-6) << hwy::TargetName(target) << " " << gate[i];
    }
  }
}

TEST(VectorOps, SumsAndScales) {
  overShapes([](std::span<const float> x, std::span<const float> y, float* out, size_t n) {
    reference::Row want(n);
    for (size_t i = 0; i < n; ++i) want[i] = x[i] + 0.5 * y[i];
    addResidual(x.data(), y.data(), 0.5f, n, out);
    expectNear(out, want, 2e-7);
    std::copy(x.begin(), x.end(), out);
    addInPlace(out, y.data(), n);
    scaleInPlace(out, 3.0f, n);
    for (size_t i = 0; i < n; ++i) want[i] = 3.0 * (double{x[i]} + y[i]);
    expectNear(out, want, 2e-7);
    EXPECT_NEAR(readStream(x.data(), n), std::accumulate(x.begin(), x.end(), 0.0), 1e-4 * static_cast<double>(n));
  });
}

}  // namespace
}  // namespace kernels::cpu
