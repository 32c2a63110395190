#include <algorithm>
#include <cstdint>

#include "kernels/cuda/ops/linear_wide.cuh"
#include "kernels/cuda/ops/tensor_map.h"

namespace kernels::cuda {

namespace {

using namespace wide;

/// A block has at least so many depths to do.
constexpr uint32_t kLeastUnits = 4;
/// Up to here it beats the library at ops without a gate, too.
constexpr uint32_t kPlainRows = 16;

bool aligned(const void* at, uint64_t bytes) {
  return reinterpret_cast<uintptr_t>(at) % bytes == 0;
}

uint32_t rowTiles(const LinearArgs& args) {
  if (args.epilogue != Epilogue::None) return (args.parts[0].nOut + kRows / 2 - 1) / (kRows / 2);
  uint32_t tiles = 0;
  for (uint32_t p = 0; p < args.nParts; ++p) tiles += (args.parts[p].nOut + kRows - 1) / kRows;
  return tiles;
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
  return uint64_t{nMultiprocessors} * 2 * kRows * kWideRows * sizeof(float);
}

uint64_t linearWideCounters(uint32_t nMultiprocessors) {
  return nMultiprocessors;
}

bool linearWideSupports(const LinearArgs& args, int major) {
  if (major != 9 || args.type == DType::F32 || args.nRows == 0 || args.nRows > kWideRows || args.nIn == 0 ||
      args.nIn % 8 != 0)
    return false;
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
  // Behind a gate it saves the products' way through memory.
  const uint32_t mostRows = args.epilogue != Epilogue::None ? kWideRows : kPlainRows;
  return args.nRows <= mostRows && rowTiles(args) >= nMultiprocessors && linearWideSupports(args, major);
}

cudaError_t launchLinearWide(const LinearArgs& linear, const WideSpace& space, uint32_t nMultiprocessors,
                             cudaStream_t stream) {
  Args args;
  args.linear = linear;
  args.space = space;
  args.outCols = linear.outCols();
  args.nRowTiles = rowTiles(linear);
  args.nDepths = (linear.nIn + kDepth - 1) / kDepth;
  if (!makeMaps(args, columnsFor(linear.nRows))) return cudaErrorInvalidValue;
  const uint32_t nBlocks = std::clamp(args.nRowTiles * args.nDepths / kLeastUnits, 1u, nMultiprocessors);
  return linear.type == DType::F16 ? launchType<__half>(args, nBlocks, stream)
                                   : launchType<__nv_bfloat16>(args, nBlocks, stream);
}

}  // namespace kernels::cuda
