#include "ui/firstrun/first_run_model.h"

#include <utility>

#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

using State = app::StarterState;

namespace {

QString timeLeft(double seconds) {
  if (seconds < 0) return {};
  constexpr double kMinute = 60;
  if (seconds < kMinute) return FirstRunModel::tr("%1 s left").arg(static_cast<int>(seconds) + 1);
  return FirstRunModel::tr("%1 min left").arg(static_cast<int>(seconds / kMinute) + 1);
}

}  // namespace

FirstRunModel::FirstRunModel(Tasks& tasks, app::StarterOptions options, const ModelSources& sources, QObject* parent)
    : QObject(parent), m_tasks(tasks), m_options(std::move(options)), m_sources(sources) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(m_options.folder / m_options.package.model, error);
  m_there = !error && bytes == m_options.package.modelBytes;
  if (m_there) return;
  m_download = std::make_unique<app::StarterDownload>(
      m_options, tasks.onGui<app::StarterSnapshot>(this, [this](app::StarterSnapshot now) { take(now); }));
  m_snapshot = m_download->snapshot();
}

FirstRunModel::~FirstRunModel() = default;

void FirstRunModel::take(const app::StarterSnapshot& snapshot) {
  m_snapshot = snapshot;
  const bool done = snapshot.state == State::Done && !m_there;
  m_there = m_there || done;
  emit changed();
  if (done) emit finished();
}

QString FirstRunModel::state() const {
  if (m_there) return QStringLiteral("ready");
  switch (m_snapshot.state) {
    case State::Idle:
      return QStringLiteral("none");
    case State::Starting:
    case State::Downloading:
    case State::Checking:
      return QStringLiteral("running");
    case State::Paused:
      return QStringLiteral("paused");
    case State::Done:
      return QStringLiteral("ready");
    case State::Failed:
      break;
  }
  return QStringLiteral("failed");
}

QString FirstRunModel::size() const {
  return bytesText(m_options.package.wheelBytes);
}

double FirstRunModel::progress() const {
  if (m_snapshot.state == State::Starting || m_snapshot.state == State::Checking || m_snapshot.bytes == 0) return -1;
  return static_cast<double>(m_snapshot.bytesDone) / static_cast<double>(m_snapshot.bytes);
}

QString FirstRunModel::line() const {
  const QString amount = tr("%1 of %2").arg(bytesText(m_snapshot.bytesDone), bytesText(m_snapshot.bytes));
  switch (m_snapshot.state) {
    case State::Starting:
      return tr("Asking the package index");
    case State::Checking:
      return tr("Comparing checksums");
    case State::Paused:
      return tr("Paused at %1").arg(amount);
    case State::Failed:
      return tr("Stopped at %1").arg(amount);
    case State::Downloading: {
      if (!m_snapshot.note.empty()) return displayText(QString::fromStdString(m_snapshot.note));
      QStringList parts{amount};
      if (m_snapshot.bytesPerSecond > 0)
        parts << tr("%1/s").arg(bytesText(static_cast<uint64_t>(m_snapshot.bytesPerSecond)));
      if (const QString left = timeLeft(m_snapshot.secondsLeft); !left.isEmpty()) parts << left;
      return parts.join(QStringLiteral(" · "));
    }
    case State::Idle:
    case State::Done:
      break;
  }
  return {};
}

QString FirstRunModel::problem() const {
  return m_snapshot.state == State::Failed ? displayText(QString::fromStdString(m_snapshot.error.message)) : QString();
}

void FirstRunModel::look() {
  if (std::exchange(m_looked, true)) return;
  struct Machine {
    QString device;
    bool onGpu = false;
    engine::HostMemory memory;
  };
  m_tasks.run<Machine>(
      this,
      [&sources = m_sources] {
        Machine machine;
        if (const auto choice = sources.device({}); choice.ok()) {
          machine.onGpu = choice->isCuda();
          machine.device = displayText(QString::fromStdString(choice->reason));
        }
        machine.memory = sources.hostMemory();
        return machine;
      },
      [this](Machine machine) {
        m_device = machine.device;
        m_onGpu = machine.onGpu;
        m_memory = machine.memory;
        emit changed();
      });
}

QString FirstRunModel::machine() const {
  if (m_memory.total == 0) return {};
  const QString memory = tr("%1 of %2 of memory free").arg(bytesText(m_memory.free), bytesText(m_memory.total));
  const QString place = m_onGpu ? tr("Models run on the GPU (%1)") : tr("Models run on the CPU (%1)");
  return (m_device.isEmpty() ? QString() : place.arg(m_device) + QStringLiteral(" · ")) + memory;
}

void FirstRunModel::start() {
  if (m_download) m_download->start();
}

void FirstRunModel::pause() {
  if (m_download) m_download->pause();
}

void FirstRunModel::cancel() {
  if (m_download) m_download->cancel();
}

}  // namespace ui
