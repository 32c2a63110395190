#include "ui/model/load_watch.h"

#include <QCoreApplication>
#include <QLocale>
#include <QVariantMap>
#include <algorithm>

namespace ui {

namespace {

/// Before this a speed says more about the first file page than about the disk.
constexpr qint64 kSpeedAfterMs = 150;

struct Words {
  Q_DECLARE_TR_FUNCTIONS(ui::LoadWatch)
};

QString seconds(qint64 ms) {
  return ms < 0 ? QString() : Words::tr("%1 s").arg(QLocale().toString(static_cast<double>(ms) / 1000, 'f', 2));
}

}  // namespace

void LoadWatch::reset(qint64 nowMs) {
  *this = {};
  m_begunMs = nowMs;
}

void LoadWatch::report(const engine::LoadProgress& progress, qint64 nowMs) {
  const Step step = progress.stage == "weights" ? Step::Weights
                    : progress.stage == "cache" ? Step::Memory
                                                : Step::Headers;
  m_step = std::max(m_step, step);
  if (m_step != Step::Headers && m_headersMs < 0) {
    m_headersMs = nowMs - m_begunMs;
    m_weightsMs = nowMs;
  }
  if (m_step == Step::Memory && m_weightsTookMs < 0) {
    m_weightsTookMs = nowMs - m_weightsMs;
    m_done = m_total;
  }
  if (step != Step::Weights || progress.bytesTotal == 0) return;
  m_total = progress.bytesTotal;
  m_done = std::clamp(progress.bytesDone, m_done, m_total);
  const qint64 took = nowMs - m_weightsMs;
  if (took >= kSpeedAfterMs) m_speed = static_cast<double>(m_done) * 1000 / static_cast<double>(took);
}

double LoadWatch::secondsLeft() const {
  if (m_step != Step::Weights || m_speed <= 0) return -1;
  return static_cast<double>(m_total - m_done) / m_speed;
}

QVariantList LoadWatch::steps() const {
  const auto row = [this](Step step, const QString& text, const QString& detail) {
    return QVariantMap{{"text", text},
                       {"detail", step < m_step ? detail : QString()},
                       {"state", step < m_step    ? QStringLiteral("done")
                                 : step == m_step ? QStringLiteral("now")
                                                  : QStringLiteral("next")}};
  };
  return {row(Step::Headers, Words::tr("Headers, tokenizer and plan"), seconds(m_headersMs)),
          row(Step::Weights, Words::tr("Reading the weights"), seconds(m_weightsTookMs)),
          row(Step::Memory, Words::tr("KV cache and workspace"), {})};
}

}  // namespace ui
