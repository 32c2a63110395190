// Passes over a row of logits: the parts of sampling that touch the whole vocabulary. Single-threaded, any alignment,
// run-time dispatch.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernels::cpu {

/// Logits in one block of blockMaxima() and blockSums().
inline constexpr size_t kScanBlock = 64;

/// Index of the first largest value. NaN counts as minus infinity; 0 when there is nothing else.
size_t argMax(const float* x, size_t n);
/// Copies with NaN turned to minus infinity and plus infinity to the largest float; returns the maximum.
float copyFinite(const float* x, size_t n, float* out);
/// Largest value; minus infinity when n = 0. x holds no NaN.
float maxOf(const float* x, size_t n);
/// out[b] = largest of block b.
void blockMaxima(const float* x, size_t n, float* out);
/// out[b] = sum over block b of exp((x - maximum) * factor). Returns the sum of all.
double blockSums(const float* x, size_t n, float maximum, float factor, float* out);
/// weights[i] = exp((x[i] - maximum) * factor).
void expWeights(const float* x, size_t n, float maximum, float factor, float* weights);
/// Writes the indices of the values >= threshold, ascending; out has room for n. Returns how many.
size_t collectAtLeast(const float* x, size_t n, float threshold, int32_t* out);

}  // namespace kernels::cpu
