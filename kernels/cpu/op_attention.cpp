// RopeAppendOp and AttentionOp over the team.
#include <algorithm>

#include "kernels/cpu/rope.h"
#include "kernels/cpu/step_context.h"
#include "kernels/cpu/vector_ops.h"

namespace kernels::cpu {
namespace {

void ropeAppendUnits(const StepContext& step, const RopeAppendOp& op, const OpPlan& plan, uint32_t token,
                     uint32_t begin, uint32_t end) {
  const HeadShape& heads = op.heads;
  const uint64_t dim = heads.headDim;
  float* q = step.buffer(op.qkv) + uint64_t{token} * step.cols(op.qkv);
  float *k = q + heads.nHeads * dim, *v = k + heads.nKvHeads * dim;
  const float* cosSin = plan.ropeTable >= 0 ? step.ropeRow(plan.ropeTable, token) : nullptr;
  const KvLayer layer = step.cache->layer(op.layer);
  const uint32_t position = step.plan->positions[token];
  const SequenceSpan& sequence = step.inputs.sequences[step.plan->sequenceOf[token]];
  const auto block =
      static_cast<uint64_t>(step.inputs.blockTable[sequence.blockTableOffset + position / kKvBlockTokens]);
  for (uint32_t unit = begin; unit < end; ++unit) {
    const bool isKey = unit >= heads.nHeads;
    const uint32_t head = isKey ? unit - heads.nHeads : unit;
    float* x = (isKey ? k : q) + head * dim;
    const std::optional<NormSpec>& norm = isKey ? op.kNorm : op.qNorm;
    if (norm) rmsNorm(x, isKey ? plan.kNorm : plan.qNorm, dim, norm->eps, norm->addOne, x);
    if (cosSin != nullptr) rotateHead(op.rope.style, cosSin, op.rope.rotaryDims, x);
    if (isKey) appendToBlock(layer, block, head, position % kKvBlockTokens, x, v + head * dim);
  }
}

// Work of an attention op with each query's keys spread over threads: one piece a tile, KV head and chunk.
class SplitAttention {
 public:
  SplitAttention(const StepContext& step, const AttentionArgs& args, std::span<const AttentionTile> tiles)
      : m_step(step),
        m_args(args),
        m_tiles(tiles),
        m_floats(attentionPartialFloats(args.heads)),
        m_partials(reinterpret_cast<float*>(step.arena + step.compiled->partials)) {}

  void run(size_t index, Team team) const {
    const uint32_t nKvHeads = m_args.heads.nKvHeads, group = m_args.heads.nHeads / nKvHeads;
    for (uint32_t piece; find(piece = m_step.take(index)) < m_tiles.size();) {
      const size_t at = find(piece);
      const AttentionTile& tile = m_tiles[at];
      const uint32_t local = piece - piecesBefore(at);
      const uint32_t kvHead = local % nKvHeads, chunk = local / nKvHeads;
      attendChunk(m_args, tile, kvHead, attentionChunks(m_args, tile).first + chunk, m_step.threadScratch(team.index),
                  partial(tile.firstToken, kvHead * group) + chunk * m_floats, m_args.heads.nHeads * rowStride(),
                  rowStride());
    }
    m_step.pool->barrier();
    const Team::Range rows = team.split(uint64_t{m_step.nTokens()} * m_args.heads.nHeads);
    for (const AttentionTile& tile : m_tiles) {
      const uint32_t nChunks = attentionChunks(m_args, tile).count;
      const uint64_t first = uint64_t{tile.firstToken} * m_args.heads.nHeads;
      const uint64_t last = first + uint64_t{tile.nTokens} * m_args.heads.nHeads;
      for (uint64_t row = std::max(first, rows.begin); row < std::min(last, rows.end); ++row)
        combineChunks(m_args.heads, m_partials + row * rowStride(), m_floats, nChunks,
                      m_args.out + row * m_args.heads.headDim);
    }
  }

 private:
  uint64_t rowStride() const { return kMaxAttentionChunks * m_floats; }
  float* partial(uint32_t token, uint32_t head) const {
    return m_partials + (uint64_t{token} * m_args.heads.nHeads + head) * rowStride();
  }
  uint32_t pieces(const AttentionTile& tile) const {
    return attentionChunks(m_args, tile).count * m_args.heads.nKvHeads;
  }
  uint32_t piecesBefore(size_t at) const {
    uint32_t sum = 0;
    for (size_t i = 0; i < at; ++i) sum += pieces(m_tiles[i]);
    return sum;
  }
  size_t find(uint32_t piece) const {
    size_t at = 0;
    for (; at < m_tiles.size() && piece >= pieces(m_tiles[at]); ++at) piece -= pieces(m_tiles[at]);
    return at;
  }

  const StepContext& m_step;
  const AttentionArgs& m_args;
  std::span<const AttentionTile> m_tiles;
  const uint64_t m_floats;
  float* const m_partials;
};

}  // namespace

void runRopeTables(const StepContext& step, Team team) {
  float* memory = reinterpret_cast<float*>(step.arena + step.compiled->ropes);
  const Team::Range tokens = team.split(step.nTokens());
  for (const RopeTable& table : step.compiled->ropeTables) {
    for (uint64_t t = tokens.begin; t < tokens.end; ++t)
      ropeTable(table.invFreq, table.spec.rotaryDims, table.spec.magnitude, step.plan->positions[t],
                memory + table.offset + t * table.spec.rotaryDims);
  }
}

void runRopeAppend(const StepContext& step, const RopeAppendOp& op, const OpPlan& plan, Team team) {
  const uint32_t units = op.heads.nHeads + op.heads.nKvHeads;
  if (step.nTokens() >= 4 * team.size) {
    // Neighbouring tokens share cache lines of the key blocks, so each thread takes a run of them.
    const Team::Range tokens = team.split(step.nTokens(), kKvBlockTokens / 4);
    for (uint64_t t = tokens.begin; t < tokens.end; ++t)
      ropeAppendUnits(step, op, plan, static_cast<uint32_t>(t), 0, units);
    return;
  }
  const Team::Range range = team.split(uint64_t{step.nTokens()} * units);
  for (uint64_t at = range.begin; at < range.end;) {
    const uint64_t token = at / units, end = std::min(range.end, (token + 1) * units);
    ropeAppendUnits(step, op, plan, static_cast<uint32_t>(token), static_cast<uint32_t>(at - token * units),
                    static_cast<uint32_t>(end - token * units));
    at = end;
  }
}

void runAttention(const StepContext& step, const AttentionOp& op, const OpPlan& plan, size_t index, Team team) {
  AttentionArgs args;
  args.qkv = step.buffer(op.qkv);
  args.qkvStride = step.cols(op.qkv);
  args.out = step.buffer(op.out);
  args.layer = step.cache->layer(op.layer);
  args.heads = op.heads;
  args.scale = op.scale;
  args.softcap = op.softcap;
  args.window = op.window;
  args.slopes = plan.slopes;
  const std::vector<AttentionTile>& tiles = step.plan->tiles[plan.tilePlan];
  const uint64_t nPieces = uint64_t{tiles.size()} * op.heads.nKvHeads;
  if (team.size > 1 && step.nTokens() <= kSplitTokens && nPieces < 4 * uint64_t{team.size}) {
    const auto isLong = [&](const AttentionTile& tile) { return attentionChunks(args, tile).count > 1; };
    if (std::any_of(tiles.begin(), tiles.end(), isLong)) {
      SplitAttention(step, args, tiles).run(index, team);
      return;
    }
  }
  // Where there are many sequences a thread takes all heads of one: its cache is read in order. Otherwise by heads.
  const uint32_t heads = step.nTokens() <= kSplitTokens && tiles.size() >= 4 * team.size ? op.heads.nKvHeads : 1;
  // Backwards: the last tiles of a prompt see the most keys, and the small pieces are left for the end.
  for (uint64_t piece; (piece = step.take(index)) < nPieces / heads;) {
    const uint64_t first = nPieces - (piece + 1) * heads;
    for (uint64_t at = first; at < first + heads; ++at)
      attend(args, tiles[at / op.heads.nKvHeads], static_cast<uint32_t>(at % op.heads.nKvHeads),
             step.threadScratch(team.index));
  }
}

}  // namespace kernels::cpu
