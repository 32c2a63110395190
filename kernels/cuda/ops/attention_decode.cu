// Attention of the sequences that have one token in the step: a fixed grid finds its work from the spans.
#include "kernels/cuda/ops/attention.h"
#include "kernels/cuda/ops/attention_decode.cuh"

namespace kernels::cuda {

namespace {

template <class T, int kDim, int kColumns, bool kBent>
__global__ void __launch_bounds__(kDecodeThreads, kDim* kColumns > 128 ? 2 : 3)
    attentionDecodeKernel(const __grid_constant__ AttentionArgs args, const __grid_constant__ DecodeScratch scratch) {
  using Item = DecodeItem<T, kDim, kColumns, kBent>;
  letNextKernelStart();
  extern __shared__ float4 memory[];
  auto& shared = *reinterpret_cast<typename Item::Shared*>(memory);
  auto* starts = reinterpret_cast<uint32_t*>(reinterpret_cast<char*>(memory) + sizeof(typename Item::Shared));
  const DecodeCut cut = decodeCut(args.heads, args.nMultiprocessors);
  const uint32_t perSplit = args.heads.nKvHeads * cut.nChunks, group = args.heads.nHeads / args.heads.nKvHeads;
  const uint32_t nSequences = countWork(args, starts, [&](const SequenceSpan& span) {
    return span.nTokens == 1 ? decodeSequence(args, span, cut.maxSplits).nSplits : 0;
  });
  const uint32_t nItems = starts[nSequences] * perSplit;
  for (uint32_t item = blockIdx.x; item < nItems; item += gridDim.x) {
    const uint32_t splitOfAll = item / perSplit, part = item % perSplit;
    const uint32_t sequence = sequenceOfWork(starts, nSequences, splitOfAll);
    const uint32_t split = splitOfAll - starts[sequence];
    DecodeHeads heads;
    heads.kvHead = part / cut.nChunks;
    const uint32_t chunk = part % cut.nChunks;
    heads.first = heads.kvHead * group + chunk * cut.headsPerItem;
    heads.count = min(group - chunk * cut.headsPerItem, cut.headsPerItem);
    const DecodeSequence s = decodeSequence(args, args.step.spans[sequence], cut.maxSplits);
    const bool whole = s.nSplits == 1 || starts[sequence] + s.nSplits > scratch.nSlots;
    if (whole && split > 0) continue;
    QueryInMemory query;
    Item::run(args, scratch, s, heads, split, whole ? s.nSplits : split + 1, starts[sequence],
              scratch.counters + uint64_t{sequence} * perSplit + part, shared, threadIdx.x, 1, query);
  }
  awaitKernelsBefore();  // those without work, too
}

struct ScratchSizes {
  uint64_t stats = 0, sums = 0;
  uint32_t nSlots = 0;
};
ScratchSizes scratchSizes(const HeadShape& heads, uint32_t nSequences, uint32_t nMultiprocessors) {
  const DecodeCut cut = decodeCut(heads, nMultiprocessors);
  ScratchSizes sizes;
  const uint64_t wanted = uint64_t{nSequences} * cut.maxSplits;
  sizes.nSlots = wanted < kDecodeMaxSlots ? static_cast<uint32_t>(wanted) : kDecodeMaxSlots;
  const uint64_t perSlot = uint64_t{sizes.nSlots} * heads.nHeads * sizeof(float);
  sizes.stats = (perSlot * 2 + 255) / 256 * 256;
  sizes.sums = perSlot * heads.headDim;
  return sizes;
}

template <class T, int kDim, int kColumns, bool kBent>
cudaError_t launchFor(const AttentionArgs& args, cudaStream_t stream) {
  const auto kernel = attentionDecodeKernel<T, kDim, kColumns, kBent>;
  const uint32_t nSequences = args.sequenceBound();
  const uint32_t bytes = static_cast<uint32_t>(sizeof(typename DecodeItem<T, kDim, kColumns, kBent>::Shared)) +
                         (nSequences + 1) * static_cast<uint32_t>(sizeof(uint32_t));
  if (const cudaError_t error =
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
      error != cudaSuccess)
    return error;
  int perMultiprocessor = 0;
  if (const cudaError_t error =
          cudaOccupancyMaxActiveBlocksPerMultiprocessor(&perMultiprocessor, kernel, kDecodeThreads, bytes);
      error != cudaSuccess)
    return error;
  const DecodeCut cut = decodeCut(args.heads, args.nMultiprocessors);
  uint64_t items = uint64_t{nSequences} * args.heads.nKvHeads * cut.nChunks;
  if (args.maxContextBound > 0) {
    const uint32_t tiles = (args.maxContextBound + kKvBlockTokens - 1) / kKvBlockTokens;
    const uint32_t perSplit = decodeSplitTiles(tiles, cut.maxSplits);
    items *= (tiles + perSplit - 1) / perSplit;
  } else {
    items *= cut.maxSplits;
  }
  const uint64_t slots = uint64_t{args.nMultiprocessors} * static_cast<uint32_t>(perMultiprocessor);
  const uint32_t blocks = static_cast<uint32_t>(items < slots ? items : slots);
  const ScratchSizes sizes = scratchSizes(args.heads, nSequences, args.nMultiprocessors);
  char* memory = static_cast<char*>(args.scratch);
  DecodeScratch scratch;
  scratch.counters = args.counters;
  scratch.stats = reinterpret_cast<float*>(memory);
  scratch.sums = reinterpret_cast<float*>(memory + sizes.stats);
  scratch.nSlots = sizes.nSlots;
  return launchOverlapped(kernel, blocks, kDecodeThreads, bytes, stream, args, scratch);
}

template <class T, int kDim>
cudaError_t launchShape(const AttentionArgs& args, cudaStream_t stream) {
  const bool bent = bendsScores(args);
  if constexpr (kDim <= 128) {
    if (decodeCut(args.heads, args.nMultiprocessors).headsPerItem == 16)
      return bent ? launchFor<T, kDim, 2, true>(args, stream) : launchFor<T, kDim, 2, false>(args, stream);
  }
  return bent ? launchFor<T, kDim, 1, true>(args, stream) : launchFor<T, kDim, 1, false>(args, stream);
}

template <class T>
cudaError_t launchType(const AttentionArgs& args, cudaStream_t stream) {
  switch (args.heads.headDim) {
    case 64:
      return launchShape<T, 64>(args, stream);
    case 80:
      return launchShape<T, 80>(args, stream);
    case 96:
      return launchShape<T, 96>(args, stream);
    case 128:
      return launchShape<T, 128>(args, stream);
    default:
      return launchShape<T, 256>(args, stream);
  }
}

}  // namespace

uint64_t attentionDecodeScratchBytes(const HeadShape& heads, uint32_t nSequences, uint32_t nMultiprocessors) {
  const ScratchSizes sizes = scratchSizes(heads, nSequences, nMultiprocessors);
  return sizes.stats + sizes.sums;
}

cudaError_t launchAttentionDecode(const AttentionArgs& args, cudaStream_t stream) {
  return args.type == DType::F16 ? launchType<__half>(args, stream) : launchType<__nv_bfloat16>(args, stream);
}

}  // namespace kernels::cuda
