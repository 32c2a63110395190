// A load as it goes: bytes, speed, time left and the steps, from what the host reports.
#pragma once

#include <QStringList>
#include <QVariantList>
#include <cstdint>

#include "engine/load_control.h"

namespace ui {

/// Fed with every report of one load and the clock; keeps what a report of a later step no longer says.
class LoadWatch {
 public:
  /// A new load begins.
  void reset(qint64 nowMs);
  void report(const engine::LoadProgress& progress, qint64 nowMs);

  double bytesDone() const { return static_cast<double>(m_done); }
  double bytesTotal() const { return static_cast<double>(m_total); }
  /// Bytes a second over the weights so far; 0 until there is something to divide.
  double speed() const { return m_speed; }
  /// Of the weights at this speed; negative while unknown.
  double secondsLeft() const;
  /// {text, detail, state} maps; state is "done", "now" or "next".
  QVariantList steps() const;

 private:
  enum class Step { Headers, Weights, Memory };

  Step m_step = Step::Headers;
  uint64_t m_done = 0, m_total = 0;
  double m_speed = 0;
  qint64 m_begunMs = 0, m_weightsMs = -1, m_headersMs = -1, m_weightsTookMs = -1;
};

}  // namespace ui
