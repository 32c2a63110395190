// Element-wise pieces of the step: norm, gated epilogues, residuals. Single-threaded, any alignment, run-time dispatch.
#pragma once

#include <cstddef>

namespace kernels::cpu {

/// out[i] = w[i] * x[i] / sqrt(mean(x^2) + eps), with (1 + w[i]) when addOne. out may be x.
void rmsNorm(const float* x, const float* weight, size_t n, float eps, bool addOne, float* out);
/// y[i] += b[i].
void addInPlace(float* y, const float* b, size_t n);
/// y[i] *= factor.
void scaleInPlace(float* y, float factor, size_t n);
/// out[i] = residual[i] + scale * y[i]. out may be residual.
void addResidual(const float* residual, const float* y, float scale, size_t n, float* out);
/// out[i] = silu(gate[i]) * up[i].
void swiGlu(const float* gate, const float* up, size_t n, float* out);
/// out[i] = gelu(gate[i]) * up[i], gelu by its tanh form.
void geluGlu(const float* gate, const float* up, size_t n, float* out);
/// Sum of all floats, read once in order: the stream that bandwidth is measured with.
float readStream(const float* x, size_t n);
/// Name of the instruction set that dispatch chose, for people.
const char* instructionSet();

}  // namespace kernels::cpu
