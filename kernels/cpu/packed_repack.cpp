#include "kernels/cpu/packed_repack.h"

#include <array>
#include <cstring>

#include "kernels/cpu/packed_layout.h"
#include "kernels/half.h"
#include "kernels/quant/block_formats.h"

namespace kernels::cpu {

namespace {

using quant::load16;
using quant::load32;

constexpr uint32_t kNibbles = 0x0f0f0f0fu;

void store32(std::byte* at, uint32_t value) {
  std::memcpy(at, &value, sizeof value);
}
void copy16(std::byte* to, const std::byte* from) {
  std::memcpy(to, from, 2);
}

// Word p of the 4-bit part: columns 4p .. 4p+3 in low nibbles, those 16 further in high ones.
void storeNibbles(std::byte* block, size_t r, size_t p, uint32_t word) {
  store32(block + 64 * p + 4 * r, word);
}

// Bit 4j + i of `bits` goes to bit j of byte i.
uint32_t spreadFifthBits(uint32_t bits) {
  uint32_t word = 0;
  for (unsigned j = 0; j < 8; ++j) {
    const uint32_t four = bits >> 4 * j & 15u;
    word |= ((four * 0x00204081u) & 0x01010101u) << j;
  }
  return word;
}

// The block formats of 32: `head` bytes of scale and minimum, fifth bits where there are any, 16 bytes of nibbles.
void packBlock32(const BlockLayout& layout, bool hasMin, bool hasFifth, const std::byte* stored, size_t r,
                 std::byte* block) {
  copy16(block + layout.scaleAt + 2 * r, stored);
  stored += 2;
  if (hasMin) {
    copy16(block + layout.minAt + 2 * r, stored);
    stored += 2;
  }
  if (hasFifth) {
    store32(block + layout.highAt + 4 * r, spreadFifthBits(load32(stored)));
    stored += 4;
  }
  for (size_t p = 0; p < 4; ++p) storeNibbles(block, r, p, load32(stored + 4 * p));
}

void packQ8_0(const BlockLayout& layout, const std::byte* stored, size_t r, std::byte* block) {
  copy16(block + layout.scaleAt + 2 * r, stored);
  for (size_t j = 0; j < 8; ++j) store32(block + 64 * j + 4 * r, load32(stored + 2 + 4 * j) ^ 0x80808080u);
}

// Q4_K and Q5_K: eight blocks from one super-block.
void packSuper45(const BlockLayout& layout, bool hasFifth, const std::byte* stored, size_t r, std::byte* head) {
  copy16(head + 2 * r, stored);
  copy16(head + 32 + 2 * r, stored + 2);
  const std::byte* fifth = stored + 16;
  const std::byte* values = hasFifth ? stored + 48 : stored + 16;
  for (size_t sub = 0; sub < kSuperBlocks; ++sub) {
    std::byte* block = head + layout.superHead + sub * layout.blockBytes;
    const auto [scale, min] = quant::scaleMinK(stored + 4, static_cast<int>(sub));
    block[layout.scaleAt + r] = std::byte{scale};
    block[layout.minAt + r] = std::byte{min};
    const unsigned shift = (sub & 1) != 0 ? 4 : 0;
    const std::byte* words = values + 32 * (sub / 2);
    for (size_t p = 0; p < 4; ++p) {
      const uint32_t low = load32(words + 4 * p) >> shift & kNibbles;
      const uint32_t high = load32(words + 4 * p + 16) >> shift & kNibbles;
      storeNibbles(block, r, p, low | high << 4);
    }
    if (!hasFifth) continue;
    uint32_t bits = 0;
    for (unsigned j = 0; j < 8; ++j) bits |= (load32(fifth + 4 * j) >> sub & 0x01010101u) << j;
    store32(block + layout.highAt + 4 * r, bits);
  }
}

void packSuper6(const BlockLayout& layout, const std::byte* stored, size_t r, std::byte* head) {
  copy16(head + 2 * r, stored + 208);
  for (size_t part = 0; part < kSuperBlocks; ++part) {
    std::byte* block = head + layout.superHead + part * layout.blockBytes;
    const std::byte* low = stored + 64 * (part / 4) + 32 * (part & 1);
    const std::byte* high = stored + 128 + 32 * (part / 4);
    const size_t lowShift = (part & 2) != 0 ? 4 : 0, highShift = 2 * (part & 3);
    for (size_t p = 0; p < 4; ++p) {
      const uint32_t first = load32(low + 4 * p) >> lowShift & kNibbles;
      const uint32_t second = load32(low + 4 * p + 16) >> lowShift & kNibbles;
      storeNibbles(block, r, p, first | second << 4);
    }
    for (size_t h = 0; h < 2; ++h) {
      uint32_t bits = 0;
      for (size_t j = 0; j < 4; ++j) {
        bits |= (load32(high + 16 * h + 4 * j) >> highShift & 0x03030303u) << 2 * j;
      }
      store32(block + layout.highAt + 64 * h + 4 * r, bits);
    }
    block[layout.scaleAt + r] = stored[192 + 2 * part];
    block[layout.minAt + r] = stored[192 + 2 * part + 1];
  }
}

// The 32 unsigned values of row r of a packed block.
std::array<uint8_t, kBlockCols> unpackValues(WeightFormat format, const BlockLayout& layout, const std::byte* block,
                                             size_t r) {
  std::array<uint8_t, kBlockCols> values;
  const auto byteAt = [&](size_t offset) { return std::to_integer<unsigned>(block[offset + 4 * r]); };
  for (size_t k = 0; k < kBlockCols; ++k) {
    const size_t j = k / 4, i = k % 4;
    unsigned q = 0;
    if (format == WeightFormat::Q8_0) {
      q = byteAt(64 * j + i);
    } else {
      q = byteAt(64 * (j & 3) + i) >> (j < 4 ? 0 : 4) & 15u;
      if (format == WeightFormat::Q6_K) {
        q |= (byteAt(layout.highAt + 64 * (j / 4) + i) >> 2 * (j & 3) & 3u) << 4;
      } else if (layout.highAt != 0) {
        q |= (byteAt(layout.highAt + i) >> j & 1u) << 4;
      }
    }
    values[k] = static_cast<uint8_t>(q);
  }
  return values;
}

}  // namespace

void packQuantRow(WeightFormat format, const std::byte* stored, size_t cols, size_t r, std::byte* group) {
  const BlockLayout layout = blockLayout(format);
  const WeightFormatInfo& info = weightFormatInfo(format);
  const size_t packedStep = layout.superHead + info.blockElements / kBlockCols * layout.blockBytes;
  for (size_t k = 0; k < cols; k += info.blockElements, stored += info.blockBytes, group += packedStep) {
    switch (format) {
      case WeightFormat::Q4_0:
        packBlock32(layout, /*hasMin=*/false, /*hasFifth=*/false, stored, r, group);
        break;
      case WeightFormat::Q4_1:
        packBlock32(layout, /*hasMin=*/true, /*hasFifth=*/false, stored, r, group);
        break;
      case WeightFormat::Q5_0:
        packBlock32(layout, /*hasMin=*/false, /*hasFifth=*/true, stored, r, group);
        break;
      case WeightFormat::Q5_1:
        packBlock32(layout, /*hasMin=*/true, /*hasFifth=*/true, stored, r, group);
        break;
      case WeightFormat::Q8_0:
        packQ8_0(layout, stored, r, group);
        break;
      case WeightFormat::Q4_K:
        packSuper45(layout, /*hasFifth=*/false, stored, r, group);
        break;
      case WeightFormat::Q5_K:
        packSuper45(layout, /*hasFifth=*/true, stored, r, group);
        break;
      case WeightFormat::Q6_K:
        packSuper6(layout, stored, r, group);
        break;
      case WeightFormat::F32:
      case WeightFormat::F16:
      case WeightFormat::BF16:
        return;
    }
  }
}

void unpackQuantRow(WeightFormat format, const std::byte* group, size_t cols, size_t r, float* out) {
  const BlockLayout layout = blockLayout(format);
  const auto halfAt = [r](const std::byte* at) { return halfToFloat(load16(at + 2 * r)); };
  for (size_t b = 0; b < cols / kBlockCols; ++b, out += kBlockCols) {
    const std::byte* block = group + blockOffset(layout, b);
    const std::byte* head = block - b % kSuperBlocks * layout.blockBytes - layout.superHead;
    const auto values = unpackValues(format, layout, block, r);
    float scale[2], min = 0.0f;
    int offset = 0;
    switch (format) {
      case WeightFormat::Q4_K:
      case WeightFormat::Q5_K:
        scale[0] = scale[1] = halfAt(head) * static_cast<float>(std::to_integer<unsigned>(block[layout.scaleAt + r]));
        min = -(halfAt(head + 32) * static_cast<float>(std::to_integer<unsigned>(block[layout.minAt + r])));
        break;
      case WeightFormat::Q6_K:
        scale[0] = halfAt(head) * static_cast<float>(static_cast<int8_t>(block[layout.scaleAt + r]));
        scale[1] = halfAt(head) * static_cast<float>(static_cast<int8_t>(block[layout.minAt + r]));
        offset = 32;
        break;
      default:
        scale[0] = scale[1] = halfAt(block + layout.scaleAt);
        if (layout.minAt != 0) min = halfAt(block + layout.minAt);
        if (format == WeightFormat::Q4_0) offset = 8;
        if (format == WeightFormat::Q5_0) offset = 16;
        if (format == WeightFormat::Q8_0) offset = 128;
        break;
    }
    for (size_t k = 0; k < kBlockCols; ++k) {
      const float value = static_cast<float>(values[k] - offset) * scale[k / 16];
      out[k] = layout.minAt != 0 && offset == 0 ? value + min : value;
    }
  }
}

}  // namespace kernels::cpu
