#include "kernels/reference/reference_ops.h"

#include <algorithm>
#include <cmath>

namespace kernels::reference {

Row rmsNorm(const Row& x, std::span<const float> weight, const NormSpec& spec) {
  double squares = 0.0;
  for (const double v : x) squares += v * v;
  const double inverse = 1.0 / std::sqrt(squares / static_cast<double>(x.size()) + spec.eps);
  Row out(x.size());
  for (size_t i = 0; i < x.size(); ++i) out[i] = x[i] * inverse * (weight[i] + (spec.addOne ? 1.0 : 0.0));
  return out;
}

Row matrixVector(std::span<const float> weight, std::span<const float> bias, const Row& x) {
  Row out(weight.size() / x.size());
  for (size_t r = 0; r < out.size(); ++r) {
    double sum = bias.empty() ? 0.0 : bias[r];
    for (size_t k = 0; k < x.size(); ++k) sum += double{weight[r * x.size() + k]} * x[k];
    out[r] = sum;
  }
  return out;
}

Row gated(Epilogue epilogue, const Row& gate, const Row& up) {
  Row out(gate.size());
  for (size_t i = 0; i < gate.size(); ++i) {
    const double g = gate[i];
    const double gelu = 0.5 * g * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (g + 0.044715 * g * g * g)));
    out[i] = (epilogue == Epilogue::SwiGlu ? g / (1.0 + std::exp(-g)) : gelu) * up[i];
  }
  return out;
}

void rotate(const RopeSpec& spec, std::span<const float> invFreq, uint32_t position, double* head) {
  const uint32_t n = spec.rotaryDims / 2;
  for (uint32_t i = 0; i < n && spec.style != RopeStyle::None; ++i) {
    const double angle = static_cast<float>(position) * invFreq[i];  // the product is float32 by definition
    const double c = spec.magnitude * std::cos(angle), s = spec.magnitude * std::sin(angle);
    double& a = head[spec.style == RopeStyle::Half ? i : 2 * i];
    double& b = head[spec.style == RopeStyle::Half ? i + n : 2 * i + 1];
    const double rotated = a * c - b * s;
    b = b * c + a * s;
    a = rotated;
  }
}

Row attend(const AttentionOp& op, const AttentionRow& row) {
  const size_t n = row.keys.size(), dim = op.heads.headDim;
  Row scores(n);
  double maximum = -HUGE_VAL;
  for (size_t j = 0; j < n; ++j) {
    double s = 0.0;
    for (size_t d = 0; d < dim; ++d) s += row.query[d] * row.keys[j][d];
    s *= op.scale;
    if (op.softcap > 0.0f) s = op.softcap * std::tanh(s / op.softcap);
    s -= row.slope * static_cast<double>(row.position - j);
    const bool seen = op.window == 0 || j + op.window > row.position;
    scores[j] = seen ? s : -HUGE_VAL;
    maximum = std::max(maximum, scores[j]);
  }
  double sum = 0.0;
  Row out(dim, 0.0);
  for (size_t j = 0; j < n; ++j) {
    const double p = std::exp(scores[j] - maximum);
    sum += p;
    for (size_t d = 0; d < dim; ++d) out[d] += p * row.values[j][d];
  }
  for (double& v : out) v /= sum;
  return out;
}

}  // namespace kernels::reference
