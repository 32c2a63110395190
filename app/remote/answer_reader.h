// A remote server's streamed answer, byte by byte, to an engine's events. Whatever comes is bounded and may be wrong.
#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/generation.h"

namespace app::remote {

class AnswerReader {
 public:
  explicit AnswerReader(std::shared_ptr<engine::GenerationSink> sink);

  /// A piece of the body. False: nothing more is wanted; the answer is over or problem() says what is wrong with it.
  bool take(std::string_view contentType, std::string_view bytes);
  /// The connection has ended in an orderly way.
  void close();
  /// Not empty: the answer is none, in words that end a sentence about the server.
  const std::string& problem() const { return m_problem; }
  /// A reason to stop was told, or the stream's own end came.
  bool complete() const { return m_done || m_reason.has_value(); }
  /// Text has come.
  bool begun() const { return m_pieces > 0; }
  /// Tells the sink the end; `reason` where the server told none.
  void finish(engine::FinishReason reason);

 private:
  void takeLine(std::string_view line);
  void takeEvent(const nlohmann::json& event, const char* where);
  void takeUsage(const nlohmann::json& event);
  void addText(const std::string& reasoning, const std::string& text);
  bool fail(std::string problem);

  std::shared_ptr<engine::GenerationSink> m_sink;
  std::string m_pending;  ///< bytes of an unfinished line, or of a body that is no stream
  std::string m_problem;
  std::optional<engine::FinishReason> m_reason;
  engine::Usage m_usage{-1, -1, 0};
  std::chrono::steady_clock::time_point m_begun, m_first, m_last;
  size_t m_textBytes = 0;
  int64_t m_pieces = 0;
  bool m_started = false, m_done = false, m_thinking = false, m_stream = true;
};

}  // namespace app::remote
