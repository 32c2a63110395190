#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/cuda/ops/linear_wide.cuh"
#include "kernels/cuda/ops/tensor_map.h"

namespace kernels::cuda {

namespace {

using namespace wide;

/// Rows of one launch; more take several.
constexpr uint32_t kMostRows = 256;
/// A piece of a tile has at least so many depths.
constexpr uint32_t kLeastDepths = 4;
/// Up to here it beats the library for every shape; with more rows behind a gate alone, where it saves the products'
/// way through memory.
constexpr uint32_t kPlainRows = 64, kGatedRows = 128;

bool aligned(const void* at, uint64_t bytes) {
  return reinterpret_cast<uintptr_t>(at) % bytes == 0;
}

uint32_t rowTiles(const LinearArgs& args) {
  if (args.epilogue != Epilogue::None) return (args.parts[0].nOut + kRows / 2 - 1) / (kRows / 2);
  uint32_t tiles = 0;
  for (uint32_t p = 0; p < args.nParts; ++p) tiles += (args.parts[p].nOut + kRows - 1) / kRows;
  return tiles;
}

/// The same op for some of its rows.
LinearArgs rowsOf(const LinearArgs& args, uint32_t first, uint32_t nRows) {
  LinearArgs out = args;
  const uint64_t at = uint64_t{first} * args.outCols();
  out.nRows = nRows;
  out.in = static_cast<const std::byte*>(args.in) + uint64_t{first} * args.nIn * sizeof(uint16_t);
  out.out = static_cast<std::byte*>(args.out) + at * dtypeBytes(args.outType);
  if (args.residual != nullptr) out.residual = args.residual + at;
  return out;
}

/// A matrix [rows, cols] of half types in boxes of kDepth columns.
bool matrixMap(CUtensorMap* map, DType type, const void* base, uint64_t rows, uint64_t cols, uint32_t boxRows) {
  const cuuint64_t sizes[2] = {cols, rows}, strides[1] = {cols * sizeof(uint16_t)};
  const cuuint32_t box[2] = {kDepth, boxRows}, steps[2] = {1, 1};
  return encodeTiled()(map, type == DType::F16 ? CU_TENSOR_MAP_DATA_TYPE_FLOAT16 : CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2,
                       const_cast<void*>(base), sizes, strides, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
                       CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                       CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE) == CUDA_SUCCESS;
}

/// Eights of rows of the one part, then of the other: `first` has the lower address.
bool gatedMap(CUtensorMap* map, const LinearArgs& args, const void* first, uint64_t distance) {
  const uint64_t rowBytes = uint64_t{args.nIn} * sizeof(uint16_t);
  const cuuint64_t sizes[4] = {args.nIn, 8, 2, args.parts[0].nOut / 8}, strides[3] = {rowBytes, distance, 8 * rowBytes};
  const cuuint32_t box[4] = {kDepth, 8, 2, kRows / 16}, steps[4] = {1, 1, 1, 1};
  return encodeTiled()(map,
                       args.type == DType::F16 ? CU_TENSOR_MAP_DATA_TYPE_FLOAT16 : CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 4,
                       const_cast<void*>(first), sizes, strides, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
                       CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                       CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE) == CUDA_SUCCESS;
}

bool makeMaps(Args& args, uint32_t boxTokens) {
  const LinearArgs& linear = args.linear;
  if (!matrixMap(&args.in, linear.type, linear.in, linear.nRows, linear.nIn, boxTokens)) return false;
  if (linear.epilogue != Epilogue::None) {
    const auto gate = reinterpret_cast<uintptr_t>(linear.parts[0].weight);
    const auto up = reinterpret_cast<uintptr_t>(linear.parts[1].weight);
    args.upFirst = up < gate;
    return gatedMap(&args.weights[0], linear, linear.parts[args.upFirst ? 1 : 0].weight,
                    args.upFirst ? gate - up : up - gate);
  }
  for (uint32_t p = 0; p < linear.nParts; ++p) {
    if (!matrixMap(&args.weights[p], linear.type, linear.parts[p].weight, linear.parts[p].nOut, linear.nIn, kRows))
      return false;
  }
  return true;
}

}  // namespace

uint64_t linearWidePartialBytes(uint32_t nMultiprocessors) {
  return uint64_t{nMultiprocessors} * kRows * kMostRows * sizeof(float);
}

uint64_t linearWideCounters(uint32_t nMultiprocessors) {
  return nMultiprocessors;
}

bool linearWideSupports(const LinearArgs& args, int major) {
  if (major != 9 || args.type == DType::F32 || args.nRows == 0 || args.nIn == 0 || args.nIn % 8 != 0) return false;
  if (args.outType != DType::F32 && (args.outType != args.type || args.residual != nullptr)) return false;
  if (!aligned(args.in, 16) || !aligned(args.out, 16) || !aligned(args.residual, 16)) return false;
  for (uint32_t p = 0; p < args.nParts; ++p) {
    if (args.parts[p].nOut == 0 || args.parts[p].nOut % 8 != 0 || !aligned(args.parts[p].weight, 16)) return false;
  }
  const bool gate = args.epilogue != Epilogue::None;
  if (gate && (args.nParts != 2 || args.parts[0].nOut != args.parts[1].nOut ||
               args.parts[0].weight == args.parts[1].weight || args.outType == DType::F32)) {
    return false;
  }
  return encodeTiled() != nullptr;
}

bool linearWideSuits(const LinearArgs& args, int major, uint32_t nMultiprocessors) {
  const bool wholeGates = args.epilogue != Epilogue::None && 2 * rowTiles(args) > nMultiprocessors;
  return args.nRows <= (wholeGates ? kGatedRows : kPlainRows) && linearWideSupports(args, major);
}

cudaError_t launchLinearWide(const LinearArgs& linear, const WideSpace& space, uint32_t nMultiprocessors,
                             cudaStream_t stream) {
  Args args;
  args.space = space;
  args.outCols = linear.outCols();
  args.nRowTiles = rowTiles(linear);
  args.nDepths = (linear.nIn + kDepth - 1) / kDepth;
  args.nPieces = std::clamp(nMultiprocessors / args.nRowTiles, 1u, std::max(1u, args.nDepths / kLeastDepths));
  // Memory is what this waits for: a few idle multiprocessors cost less than uneven pieces.
  const uint32_t turns = (args.nRowTiles + nMultiprocessors - 1) / nMultiprocessors;
  const uint32_t nBlocks = (args.nRowTiles * args.nPieces + turns - 1) / turns;
  for (uint32_t row = 0; row < linear.nRows; row += kMostRows) {
    args.linear = rowsOf(linear, row, std::min(kMostRows, linear.nRows - row));
    if (!makeMaps(args, columnsFor(args.linear.nRows))) return cudaErrorInvalidValue;
    const cudaError_t error = linear.type == DType::F16 ? launchType<__half>(args, nBlocks, stream)
                                                        : launchType<__nv_bfloat16>(args, nBlocks, stream);
    if (error != cudaSuccess) return error;
  }
  return cudaSuccess;
}

}  // namespace kernels::cuda
