#include "engine/decoder/weight_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/decoder/dummy_weights.h"
#include "engine/loaders/convert_rows.h"
#include "engine/loaders/model_source.h"
#include "kernels/dequantize.h"

namespace engine {

namespace {

/// Stored bytes of one piece of work: large enough for the disk, small enough that a cancel is seen at once.
constexpr uint64_t kPieceBytes = 2u << 20;
/// Pieces begin at multiples of this many rows, so that no two threads share a group of repacked rows.
constexpr uint64_t kRowMultiple = 64;
/// Pieces that the system is told of ahead of their turn.
constexpr size_t kReadAhead = 8;
constexpr auto kReportEvery = std::chrono::milliseconds(30);
constexpr uint32_t kMaxThreads = 8;
/// Of those that fill a GPU's memory: one reads some 5 GB/s out of the page cache, the GPU takes 50.
constexpr uint32_t kMaxFillThreads = 12;

/// Some rows of a matrix, or a whole vector.
struct Piece {
  PlanIndex weight = 0;
  uint64_t row = 0;    ///< first row in the weight
  uint64_t count = 0;  ///< rows, of a vector elements
  uint64_t bytes = 0;  ///< stored
  uint32_t file = 0;
  uint64_t offset = 0;
};

/// Bytes to be read for one row of a weight (vectors: for one element). Of a tensor of which only some columns are
/// wanted, whole rows are read: the pieces between are too small to be left out.
uint64_t storedRowBytes(const PlannedWeight& weight, const StoredTensor* tensor) {
  const bool isVector = weight.desc.use == kernels::WeightUse::Vector;
  if (tensor == nullptr) return kernels::weightRowBytes(weight.desc.format, isVector ? 1 : weight.desc.cols);
  const StoredTypeInfo& info = storedTypeInfo(tensor->type);
  return (isVector ? 1 : weight.storedCols) / info.blockElements * info.blockBytes;
}

bool takesSomeColumns(const PlannedWeight& weight) {
  return weight.tensor && weight.desc.use != kernels::WeightUse::Vector && weight.storedCols != weight.desc.cols;
}

/// Moves the weight's own columns of `count` rows, which hold all stored columns in the weight's format, to the front.
std::span<const std::byte> cutColumns(const PlannedWeight& weight, uint64_t count, std::span<std::byte> rows) {
  const kernels::WeightFormat format = weight.desc.format;
  const uint64_t from = kernels::weightRowBytes(format, weight.storedCols);
  const uint64_t skip = kernels::weightRowBytes(format, weight.firstCol);
  const uint64_t kept = kernels::weightRowBytes(format, weight.desc.cols);
  for (uint64_t row = 0; row < count; ++row) {
    std::memmove(rows.data() + row * kept, rows.data() + row * from + skip, kept);
  }
  return rows.first(count * kept);
}

class Loading {
 public:
  Loading(const WeightPlan& plan, const ModelSource& source, kernels::Backend& backend, const LoadControl& control)
      : m_plan(plan), m_source(source), m_backend(backend), m_control(control) {}

  Result<LoadedWeights> run(uint32_t nThreads);

 private:
  Result<void> create();
  Result<void> makeUp();
  void split();
  void work();
  Result<void> load(const Piece& piece, std::vector<std::byte>& stored, std::vector<std::byte>& converted);
  Result<void> loadVector(const Piece& piece, std::vector<std::byte>& stored);
  Result<void> fillInPlace(const Piece& piece);
  void readAhead(size_t index) const;
  void fail(Error error);
  bool cancelled() const { return m_control.cancel != nullptr && m_control.cancel->load(std::memory_order_relaxed); }
  const StoredTensor* tensorOf(const PlannedWeight& weight) const {
    return weight.tensor ? &m_source.tensors()[*weight.tensor] : nullptr;
  }

  const WeightPlan& m_plan;
  const ModelSource& m_source;
  kernels::Backend& m_backend;
  const LoadControl& m_control;
  LoadedWeights m_out;
  std::vector<bool> m_madeUp;  ///< by the device, weight by weight
  std::vector<Piece> m_pieces;
  uint64_t m_bytesTotal = 0;
  std::atomic<uint64_t> m_bytesRead{0}, m_bytesDirect{0};
  std::atomic<size_t> m_next{0};
  std::atomic<uint64_t> m_bytesDone{0};
  std::atomic<bool> m_stop{false};
  std::mutex m_mutex;
  std::condition_variable m_finished;
  uint32_t m_running = 0;        // guarded by m_mutex
  std::optional<Error> m_error;  // guarded by m_mutex; the first one
};

Result<void> Loading::create() {
  m_out.ids.reserve(m_plan.weights.size());
  for (const PlannedWeight& weight : m_plan.weights) {
    if (cancelled()) return Error{ErrorCode::Cancelled, "loading was cancelled"};
    kernels::WeightId id = 0;
    if (const kernels::Status status = m_backend.createWeight(weight.desc, &id); !status.ok()) {
      Error error = fromStatus(status);
      error.context = weight.desc.name;
      return error;
    }
    m_out.ids.push_back(id);
  }
  return {};
}

/// Leaves to the device what it fills faster than we could send it.
Result<void> Loading::makeUp() {
  m_madeUp.assign(m_plan.weights.size(), false);
  for (PlanIndex i = 0; i < m_plan.weights.size(); ++i) {
    const PlannedWeight& weight = m_plan.weights[i];
    if (weight.tensor || weight.desc.use == kernels::WeightUse::Vector) continue;
    const kernels::Status status = m_backend.makeUpWeight(m_out.ids[i], i);
    if (status.code() == kernels::StatusCode::Unsupported) continue;
    ENGINE_RETURN_IF_BAD_STATUS(status);
    m_madeUp[i] = true;
  }
  return {};
}

void Loading::split() {
  const uint64_t pieceBytes = std::max(kPieceBytes, m_backend.device().fillBytes);
  for (PlanIndex i = 0; i < m_plan.weights.size(); ++i) {
    if (m_madeUp[i]) continue;
    const PlannedWeight& weight = m_plan.weights[i];
    const StoredTensor* tensor = tensorOf(weight);
    const uint64_t rowBytes = storedRowBytes(weight, tensor);
    const bool isVector = weight.desc.use == kernels::WeightUse::Vector;
    if (isVector) {
      const uint64_t bytes = weight.rows.empty() ? 0 : weight.desc.cols * rowBytes;
      m_pieces.push_back({i, 0, weight.desc.cols, bytes, tensor ? tensor->file : 0, tensor ? tensor->offset : 0});
      m_bytesTotal += bytes;
      continue;
    }
    uint64_t step = std::max<uint64_t>(1, pieceBytes / std::max<uint64_t>(1, rowBytes));
    if (step > kRowMultiple) step -= step % kRowMultiple;
    uint64_t row = 0;
    for (const RowRange& range : weight.rows) {
      for (uint64_t done = 0; done < range.count;) {
        const uint64_t count = std::min(step, range.count - done);
        Piece piece{i, row, count, count * rowBytes, 0, 0};
        if (tensor != nullptr) {
          piece.file = tensor->file;
          piece.offset = tensor->offset + (range.first + done) * rowBytes;
        }
        m_bytesTotal += piece.bytes;
        m_pieces.push_back(piece);
        row += count;
        done += count;
      }
    }
  }
  // In the order of the files, so that disks read ahead.
  std::stable_sort(m_pieces.begin(), m_pieces.end(), [](const Piece& a, const Piece& b) {
    return a.file != b.file ? a.file < b.file : a.offset < b.offset;
  });
}

Result<void> Loading::loadVector(const Piece& piece, std::vector<std::byte>& stored) {
  const PlannedWeight& weight = m_plan.weights[piece.weight];
  std::vector<float> values = weight.values;
  if (const StoredTensor* tensor = tensorOf(weight)) {
    const uint64_t elementBytes = storedRowBytes(weight, tensor);
    uint64_t at = 0;
    for (const RowRange& range : weight.rows) {
      const uint64_t bytes = range.count * elementBytes;
      ENGINE_RETURN_IF_ERROR(
          m_source.file(piece.file)
              .readAt(piece.offset + range.first * elementBytes, std::span(stored).subspan(at, bytes)));
      at += bytes;
    }
    std::vector<float> read(static_cast<size_t>(piece.count));
    if (tensor->type == StoredType::F64) {
      convertElements(tensor->type, stored, read.size(), std::as_writable_bytes(std::span(read)));
    } else {
      kernels::dequantize(*storedTypeInfo(tensor->type).loadsAs, stored.data(), read.size(), read.data());
    }
    for (size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(read[i]) || read[i] == 0.0f) {
        return Error{ErrorCode::Damaged,
                     fmt::format("the tensor {} holds {} where a divisor is needed", tensor->name, read[i]),
                     tensor->name};
      }
      values[i] /= read[i];
    }
    if (values.empty()) values = std::move(read);
  } else if (values.empty()) {
    values.resize(static_cast<size_t>(piece.count));
    fillDummy(weight.desc, 0, 0, std::as_writable_bytes(std::span(values)));
  }
  ENGINE_RETURN_IF_BAD_STATUS(m_backend.writeWeightRows(m_out.ids[piece.weight], 0, std::as_bytes(std::span(values))));
  return {};
}

/// Reads straight into the memory that the rows leave for the device from.
Result<void> Loading::fillInPlace(const Piece& piece) {
  std::optional<Error> failure;
  const InputFile& file = m_source.file(piece.file);
  const kernels::RowFill read = [&](std::span<std::byte> room, uint64_t* begin) {
    const Result<FileRead> done = file.readInto(piece.offset, piece.bytes, room, m_control.cancel);
    if (!done.ok()) {
      failure = done.error();
      return kernels::Status(kernels::StatusCode::Cancelled, "the file could not be read");
    }
    *begin = done->begin;
    if (done->direct) m_bytesDirect += piece.bytes;
    return kernels::Status();
  };
  const kernels::Status status = m_backend.fillWeightRows(m_out.ids[piece.weight], piece.row, piece.bytes, read);
  if (failure) return *failure;
  ENGINE_RETURN_IF_BAD_STATUS(status);
  return {};
}

Result<void> Loading::load(const Piece& piece, std::vector<std::byte>& stored, std::vector<std::byte>& converted) {
  const PlannedWeight& weight = m_plan.weights[piece.weight];
  const bool isMatrix = weight.desc.use != kernels::WeightUse::Vector;
  if (isMatrix && weight.tensor && loadsUnchanged(tensorOf(weight)->type) && !takesSomeColumns(weight) &&
      piece.bytes <= m_backend.device().fillBytes) {
    return fillInPlace(piece);
  }
  stored.resize(static_cast<size_t>(piece.bytes));
  if (!isMatrix) return loadVector(piece, stored);
  std::span<std::byte> data = stored;
  if (const StoredTensor* tensor = tensorOf(weight)) {
    ENGINE_RETURN_IF_ERROR(m_source.file(piece.file).readAt(piece.offset, stored));
    if (!loadsUnchanged(tensor->type)) {
      const size_t elements = static_cast<size_t>(piece.count * weight.storedCols);
      converted.resize(convertedBytes(tensor->type, elements));
      convertElements(tensor->type, stored, elements, converted);
      data = converted;
    }
  } else {
    fillDummy(weight.desc, piece.weight, piece.row, stored);
  }
  const std::span<const std::byte> rows = takesSomeColumns(weight) ? cutColumns(weight, piece.count, data) : data;
  ENGINE_RETURN_IF_BAD_STATUS(m_backend.writeWeightRows(m_out.ids[piece.weight], piece.row, rows));
  return {};
}

void Loading::fail(Error error) {
  const std::lock_guard lock(m_mutex);
  if (!m_error) m_error = std::move(error);
  m_stop = true;
}

/// Starts the disk on a piece whose turn comes soon.
void Loading::readAhead(size_t index) const {
  // What is read in place says itself when it wants the disk.
  if (index >= m_pieces.size() || m_backend.device().fillBytes > 0 || !m_plan.weights[m_pieces[index].weight].tensor)
    return;
  const Piece& piece = m_pieces[index];
  m_source.file(piece.file).willNeed(piece.offset, piece.bytes);
}

/// One thread's share: pieces in order until there are none.
void Loading::work() {
  try {
    std::vector<std::byte> stored, converted;
    while (!m_stop) {
      const size_t index = m_next.fetch_add(1);
      if (index >= m_pieces.size()) break;
      if (cancelled()) {
        fail({ErrorCode::Cancelled, "loading was cancelled"});
        break;
      }
      readAhead(index + kReadAhead);
      if (Result<void> result = load(m_pieces[index], stored, converted); !result.ok()) {
        fail(result.error());
        break;
      }
      m_bytesDone += m_pieces[index].bytes;
      if (m_plan.weights[m_pieces[index].weight].tensor) m_bytesRead += m_pieces[index].bytes;
    }
  } catch (const std::exception& e) {
    fail({ErrorCode::OutOfMemory, fmt::format("no memory for a read buffer: {}", e.what())});
  }
  {
    const std::lock_guard lock(m_mutex);
    --m_running;
  }
  m_finished.notify_all();
}

Result<LoadedWeights> Loading::run(uint32_t nThreads) {
  ENGINE_RETURN_IF_ERROR(create());
  ENGINE_RETURN_IF_ERROR(makeUp());
  split();
  const auto report = [this] {
    if (m_control.onProgress) m_control.onProgress({"weights", m_bytesDone.load(), m_bytesTotal});
  };
  report();
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < nThreads; ++i) {
    const std::lock_guard lock(m_mutex);
    try {
      threads.emplace_back([this] { work(); });
      ++m_running;
    } catch (const std::exception&) {
      break;
    }
  }
  if (threads.empty()) {
    m_running = 1;
    work();
  }
  {
    std::unique_lock lock(m_mutex);
    while (!m_finished.wait_for(lock, kReportEvery, [this] { return m_running == 0; })) {
      lock.unlock();
      report();
      lock.lock();
    }
  }
  for (std::thread& thread : threads) thread.join();
  if (m_error) return *m_error;
  ENGINE_RETURN_IF_BAD_STATUS(m_backend.finishWeights());
  report();
  m_out.bytesRead = m_bytesRead;
  m_out.bytesDirect = m_bytesDirect;
  return std::move(m_out);
}

}  // namespace

Result<LoadedWeights> loadWeights(const WeightPlan& plan, const ModelSource& source, kernels::Backend& backend,
                                  const LoadControl& control, uint32_t nThreads) {
  const uint32_t hardware = std::max(1u, std::thread::hardware_concurrency());
  const uint32_t most = backend.device().fillBytes > 0 ? kMaxFillThreads : kMaxThreads;
  const uint32_t threads = std::clamp(nThreads == 0 ? hardware : nThreads, 1u, most);
  return Loading(plan, source, backend, control).run(threads);
}

}  // namespace engine
