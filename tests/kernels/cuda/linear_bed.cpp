#include "tests/kernels/cuda/linear_bed.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "kernels/half.h"

namespace kernels::cuda {

namespace {

constexpr float kResidualScale = 0.75f;
/// Random elements of a copy; larger weights repeat them.
constexpr uint64_t kMostRandom = uint64_t{8} << 20;

float toFloat(uint16_t bits, DType type) {
  return type == DType::F16 ? halfToFloat(bits) : bfloatToFloat(bits);
}

std::vector<uint16_t> randomHalves(uint64_t count, float scale, DType type, std::mt19937& random) {
  std::vector<uint16_t> out(count);
  for (uint16_t& v : out) {
    const float x = (static_cast<float>(random() & 0xffff) / 32768.0f - 1.0f) * scale;
    v = type == DType::F16 ? floatToHalf(x) : floatToBfloat(x);
  }
  return out;
}

std::vector<float> randomFloats(uint64_t count, std::mt19937& random) {
  std::vector<float> out(count);
  for (float& v : out) v = static_cast<float>(random() & 0xffff) / 32768.0f - 1.0f;
  return out;
}

}  // namespace

const std::vector<LinearCase>& linearTestCases() {
  static const std::vector<LinearCase> cases = {
      {"one_tile", 64, {128}},
      {"three_parts_bias", 200, {8, 136, 264}, Epilogue::None, true},
      {"swiglu_bias", 1032, {72, 72}, Epilogue::SwiGlu, true},
      {"swiglu_up_first", 520, {320, 320}, Epilogue::SwiGlu, false, false, DType::BF16, true},
      {"gelu", 2048, {136, 136}, Epilogue::GeluGlu},
      {"residual", 896, {504}, Epilogue::None, true, true, DType::F32},
      {"long", 9000, {264}, Epilogue::None, false, true, DType::F32},
      {"logits", 512, {3000}, Epilogue::None, false, false, DType::F32},
      {"two_parts_apart", 320, {640, 128}, Epilogue::None, false, false, DType::BF16, true},
  };
  return cases;
}

const std::vector<LinearCase>& linearBenchCases() {
  static const std::vector<LinearCase> cases = {
      {"8B gate, up", 4096, {14336, 14336}, Epilogue::SwiGlu},
      {"8B down", 14336, {4096}, Epilogue::None, false, true, DType::F32},
      {"8B qkv", 4096, {4096, 1024, 1024}},
      {"8B o", 4096, {4096}, Epilogue::None, false, true, DType::F32},
      {"8B head", 4096, {128256}, Epilogue::None, false, false, DType::F32},
      {"1B gate, up", 2048, {8192, 8192}, Epilogue::SwiGlu},
      {"1B down", 8192, {2048}, Epilogue::None, false, true, DType::F32},
      {"1B qkv", 2048, {2048, 512, 512}},
      {"1B o", 2048, {2048}, Epilogue::None, false, true, DType::F32},
  };
  return cases;
}

LinearBed::LinearBed(const LinearCase& c, DType type, uint32_t maxRows, uint64_t minBytes, uint32_t seed)
    : m_case(c), m_type(type), m_outType(c.outType == DType::F32 ? DType::F32 : type), m_maxRows(maxRows) {
  int device = 0, value = 0;
  if (cudaGetDevice(&device) != cudaSuccess) return;
  cudaDeviceGetAttribute(&value, cudaDevAttrMultiProcessorCount, device);
  m_nMultiprocessors = static_cast<uint32_t>(value);
  cudaDeviceGetAttribute(&m_major, cudaDevAttrComputeCapabilityMajor, device);
  uint64_t elements = 0;
  for (const uint32_t nOut : c.parts) {
    m_productCols += nOut;
    elements += uint64_t{nOut} * c.nIn;
  }
  m_outCols = c.epilogue == Epilogue::None ? m_productCols : c.parts[0];
  uint64_t before = c.lastFirst ? uint64_t{c.parts.back()} * c.nIn * sizeof(uint16_t) : 0;
  for (size_t p = 0; p < c.parts.size(); ++p) {
    const bool moved = c.lastFirst && p + 1 == c.parts.size();
    m_offsets.push_back(moved ? 0 : before);
    if (!moved) before += uint64_t{c.parts[p]} * c.nIn * sizeof(uint16_t);
  }
  m_weightBytes = elements * sizeof(uint16_t);
  m_nCopies = static_cast<uint32_t>(std::max<uint64_t>(1, (minBytes + m_weightBytes - 1) / m_weightBytes));
  std::mt19937 random(seed);
  m_hostWeights =
      randomHalves(std::min(elements, kMostRandom), 2.0f / std::sqrt(static_cast<float>(c.nIn)), type, random);
  const uint64_t inElements = uint64_t{maxRows} * c.nIn;
  m_hostIn = randomHalves(std::min(inElements, kMostRandom), 1.0f, type, random);
  m_hostBias = randomFloats(m_productCols, random);
  const uint64_t outElements = uint64_t{maxRows} * m_outCols;
  if (c.residual) m_hostResidual = randomFloats(std::min(outElements, kMostRandom), random);
  const auto fill = [](DeviceBuffer& to, uint64_t bytes, const void* from, uint64_t fromBytes) {
    if (!to.allocate(bytes, "a test").ok()) return false;
    for (uint64_t at = 0; at < bytes; at += fromBytes)
      cudaMemcpy(to.as(at), from, std::min(fromBytes, bytes - at), cudaMemcpyHostToDevice);
    return true;
  };
  const uint64_t outBytes = (outElements + m_outCols) * sizeof(float);
  m_ready = cudaStreamCreate(&m_stream) == cudaSuccess &&
            fill(m_weights, m_weightBytes * m_nCopies, m_hostWeights.data(), m_hostWeights.size() * 2) &&
            fill(m_in, inElements * 2, m_hostIn.data(), m_hostIn.size() * 2) &&
            fill(m_bias, m_productCols * sizeof(float), m_hostBias.data(), m_productCols * sizeof(float)) &&
            (!c.residual || fill(m_residual, outElements * sizeof(float), m_hostResidual.data(),
                                 m_hostResidual.size() * sizeof(float))) &&
            m_out.allocate(outBytes, "a test").ok() &&
            m_scratch.allocate(linearScratchBytes(maxRows, m_productCols), "a test").ok() &&
            m_partials.allocate(linearWidePartialBytes(m_nMultiprocessors), "a test").ok() &&
            m_counters.allocate(linearWideCounters(m_nMultiprocessors) * sizeof(uint32_t), "a test").ok() &&
            cudaMemset(m_counters.as(), 0, m_counters.size()) == cudaSuccess;
  m_space = {m_partials.as<float>(), m_counters.as<uint32_t>()};
}

LinearBed::~LinearBed() {
  if (m_stream != nullptr) cudaStreamDestroy(m_stream);
}

LinearArgs LinearBed::args(uint32_t nRows, uint32_t copy) const {
  LinearArgs out;
  out.in = m_in.as();
  out.type = m_type;
  out.nRows = nRows;
  out.nIn = m_case.nIn;
  uint32_t col = 0;
  for (size_t p = 0; p < m_case.parts.size(); ++p) {
    LinearPartArgs& part = out.parts[out.nParts++];
    part.weight = m_weights.as(copy * m_weightBytes + m_offsets[p]);
    part.bias = m_case.bias ? m_bias.as<float>() + col : nullptr;
    part.nOut = m_case.parts[p];
    col += part.nOut;
  }
  out.epilogue = m_case.epilogue;
  out.residual = m_case.residual ? m_residual.as<float>() : nullptr;
  out.residualScale = m_case.residual ? kResidualScale : 1.0f;
  out.out = m_out.as();
  out.outType = m_outType;
  out.scratch = m_scratch.as();
  return out;
}

LinearArgs LinearBed::argsOfRow(uint32_t row) const {
  LinearArgs out = args(1);
  out.in = m_in.as(uint64_t{row} * m_case.nIn * sizeof(uint16_t));
  if (m_case.residual) out.residual = m_residual.as<float>() + uint64_t{row} * m_outCols;
  return out;
}

void LinearBed::poison() {
  cudaMemset(m_out.as(), 0xff, m_out.size());
  cudaMemset(m_scratch.as(), 0xff, m_scratch.size());
  cudaMemset(m_partials.as(), 0xff, m_partials.size());
}

std::vector<float> LinearBed::output(uint32_t nRows) const {
  const uint64_t count = uint64_t{nRows} * m_outCols;
  std::vector<float> out(count);
  cudaStreamSynchronize(m_stream);
  if (m_outType == DType::F32) {
    cudaMemcpy(out.data(), m_out.as(), count * sizeof(float), cudaMemcpyDeviceToHost);
    return out;
  }
  std::vector<uint16_t> raw(count);
  cudaMemcpy(raw.data(), m_out.as(), count * sizeof(uint16_t), cudaMemcpyDeviceToHost);
  for (uint64_t i = 0; i < count; ++i) out[i] = toFloat(raw[i], m_type);
  return out;
}

double LinearBed::product(uint32_t row, uint32_t part, uint32_t col, double* magnitude) const {
  const uint64_t at = m_offsets[part] / sizeof(uint16_t) + uint64_t{col} * m_case.nIn;
  double sum = 0.0;
  for (uint64_t k = 0; k < m_case.nIn; ++k) {
    const double term =
        static_cast<double>(toFloat(m_hostIn[(uint64_t{row} * m_case.nIn + k) % m_hostIn.size()], m_type)) *
        static_cast<double>(toFloat(m_hostWeights[(at + k) % m_hostWeights.size()], m_type));
    sum += term;
    *magnitude += std::abs(term);
  }
  uint32_t bias = col;
  for (uint32_t p = 0; p < part; ++p) bias += m_case.parts[p];
  return m_case.bias ? sum + static_cast<double>(m_hostBias[bias]) : sum;
}

double LinearBed::reference(uint32_t row, uint32_t col, double* magnitude) const {
  *magnitude = 0.0;
  if (m_case.epilogue != Epilogue::None) {
    const double gate = product(row, 0, col, magnitude), up = product(row, 1, col, magnitude);
    *magnitude *= 1.0 + std::abs(gate) + std::abs(up);
    if (m_case.epilogue == Epilogue::SwiGlu) return gate / (1.0 + std::exp(-gate)) * up;
    return 0.5 * gate * (1.0 + std::tanh(0.7978845608028654 * (gate + 0.044715 * gate * gate * gate))) * up;
  }
  uint32_t part = 0, inPart = col;
  while (inPart >= m_case.parts[part]) inPart -= m_case.parts[part++];
  const double y = product(row, part, inPart, magnitude);
  if (!m_case.residual) return y;
  const uint64_t at = uint64_t{row} * m_outCols + col;
  return static_cast<double>(m_hostResidual[at % m_hostResidual.size()]) + static_cast<double>(kResidualScale) * y;
}

}  // namespace kernels::cuda
