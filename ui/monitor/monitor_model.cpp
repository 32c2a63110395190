#include "ui/monitor/monitor_model.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLocale>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "app/settings.h"
#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

namespace {

constexpr int kSampleMs = 1000;
constexpr std::array<size_t, 3> kRanges = {60, 300, 1800};
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

QString count(double value) {
  return QLocale().toString(value, 'f', 0);
}

QString oneDecimal(double value) {
  return QLocale().toString(value, 'f', 1);
}

QString text(const std::string& value) {
  return visibleName(QString::fromStdString(value));
}

}  // namespace

struct MonitorModel::Outcome {
  app::MonitorSample sample;
  double milliseconds = 0;
};

GpuCharts::GpuCharts(QObject* parent)
    : QObject(parent),
      memory(new Chart(this)),
      utilisation(new Chart(this)),
      temperature(new Chart(this)),
      power(new Chart(this)),
      memoryClock(new Chart(this)) {}

MonitorModel::MonitorModel(HostBridge& host, Tasks& tasks, QObject* parent, const ProbeMaker& makeProbe)
    : QObject(parent),
      m_host(host),
      m_tasks(tasks),
      m_probe(makeProbe ? makeProbe() : std::make_unique<app::MonitorProbe>()),
      m_gpuAbsence(displayText(QString::fromStdString(m_probe->gpuAbsence()))) {
  connect(&m_host, &HostBridge::engineChanged, this, [this] {
    if (m_host.engine()) m_engineSince.start();
  });
  connect(&m_timer, &QTimer::timeout, this, &MonitorModel::sample);
  m_timer.start(kSampleMs);
}

void MonitorModel::sample() {
  if (std::exchange(m_sampling, true)) return;
  m_tasks.run<Outcome>(
      this,
      [probe = m_probe, engine = m_host.engine()] {
        QElapsedTimer clock;
        clock.start();
        Outcome outcome;
        outcome.sample = probe->take(engine.get());
        outcome.milliseconds = static_cast<double>(clock.nsecsElapsed()) / 1e6;
        return outcome;
      },
      [this](Outcome outcome) { took(std::move(outcome)); });
}

void MonitorModel::took(Outcome outcome) {
  constexpr double kSlow = 0.1;
  m_sampling = false;
  m_milliseconds += (outcome.milliseconds - m_milliseconds) * (m_milliseconds == 0 ? 1 : kSlow);
  m_history.add(std::move(outcome.sample));
  if (m_active && !m_paused) refresh();
}

void MonitorModel::setActive(bool active) {
  if (active == m_active) return;
  m_active = active;
  emit activeChanged();
  if (active && !m_paused) refresh();
}

void MonitorModel::setPaused(bool paused) {
  if (paused == m_paused) return;
  m_paused = paused;
  emit pausedChanged();
  if (!paused && m_active) refresh();
}

void MonitorModel::setRange(int range) {
  if (range == m_range || range < 0 || range >= static_cast<int>(kRanges.size())) return;
  m_range = range;
  emit rangeChanged();
  if (m_active) refresh();
}

size_t MonitorModel::rangeSeconds() const {
  return kRanges.at(static_cast<size_t>(m_range));
}

Chart::Shown MonitorModel::series(const std::function<double(const app::MonitorSample&)>& value) const {
  Chart::Shown shown;
  shown.capacity = rangeSeconds();
  shown.span = tr("%1 min ago").arg(shown.capacity / 60);
  const size_t n = std::min(m_history.size(), shown.capacity);
  shown.values.reserve(n);
  for (size_t i = m_history.size() - n; i < m_history.size(); ++i) {
    shown.values.push_back(static_cast<float>(value(m_history.at(i))));
  }
  return shown;
}

void MonitorModel::refresh() {
  if (m_history.size() == 0) return;
  m_now = m_history.at(m_history.size() - 1);
  const auto most = [](const Chart::Shown& shown) {
    double top = 0;
    for (const float v : shown.values) top = std::isnan(v) ? top : std::max(top, static_cast<double>(v));
    return top;
  };

  Chart::Shown cpu = series([](const app::MonitorSample& s) { return s.cpu * 100; });
  cpu.part = series([](const app::MonitorSample& s) { return s.cpuOurs * 100; }).values;
  cpu.top = 100;
  cpu.figure = count(m_now.cpu * 100);
  cpu.unit = tr("%, Hearth %1%").arg(count(m_now.cpuOurs * 100));
  cpu.scale = tr("0–100%, Hearth’s part filled");
  m_cpu.show(std::move(cpu));

  Chart::Shown memory = series([](const app::MonitorSample& s) { return static_cast<double>(s.memoryUsed) / 1e9; });
  memory.part = series([](const app::MonitorSample& s) { return static_cast<double>(s.memoryOurs) / 1e9; }).values;
  memory.top = std::max(1e-3, static_cast<double>(m_now.memoryTotal) / 1e9);
  memory.figure = oneDecimal(static_cast<double>(m_now.memoryUsed) / 1e9);
  memory.unit = tr("GB, Hearth %1").arg(ui::gigabytes(m_now.memoryOurs));
  memory.scale = tr("0–%1 GB, Hearth’s part filled").arg(oneDecimal(memory.top));
  m_memory.show(std::move(memory));

  const auto ofEngine = [](auto value) {
    return [value](const app::MonitorSample& s) { return s.engineThere ? static_cast<double>(value(s)) : kNothing; };
  };
  const engine::EngineStats& stats = m_now.engine;
  Chart::Shown generated = series(ofEngine([](const app::MonitorSample& s) { return s.generatedPerSecond; }));
  constexpr double kLeastSpeed = 10;
  generated.top = niceTop(most(generated), kLeastSpeed);
  generated.scale = tr("0–%1").arg(count(generated.top));
  if (m_now.engineThere) generated.figure = oneDecimal(m_now.generatedPerSecond);
  generated.unit = tr("tok/s");
  m_generated.show(std::move(generated));

  Chart::Shown batch = series(ofEngine([](const app::MonitorSample& s) { return s.engine.running; }));
  constexpr double kLeastBatch = 5;
  batch.top = niceTop(most(batch), kLeastBatch);
  const std::shared_ptr<engine::Engine> engine = m_host.engine();
  batch.scale = engine ? tr("0–%1, limit %2").arg(count(batch.top)).arg(engine->facts().options.maxNumSeqs)
                       : tr("0–%1").arg(count(batch.top));
  if (m_now.engineThere) batch.figure = count(stats.running);
  batch.unit = tr("%1 waiting").arg(count(stats.waiting));
  m_batch.show(std::move(batch));

  Chart::Shown blocks = series(ofEngine([](const app::MonitorSample& s) { return s.engine.kvBlocksUsed; }));
  blocks.top = std::max(1.0, static_cast<double>(stats.kvBlocksTotal));
  blocks.scale = tr("0–%1, 16 tokens each").arg(count(stats.kvBlocksTotal));
  if (m_now.engineThere) blocks.figure = count(stats.kvBlocksUsed);
  blocks.unit = tr("of %1").arg(count(stats.kvBlocksTotal));
  m_blocks.show(std::move(blocks));

  refreshGpus();
  emit sampled();
}

void MonitorModel::refreshGpus() {
  const auto number = static_cast<qsizetype>(m_now.gpus.size());
  if (m_gpus.size() != number) {
    qDeleteAll(m_gpus);
    m_gpus.clear();
    for (const app::GpuSample& gpu : m_now.gpus) {
      auto* charts = new GpuCharts(this);
      charts->name = text(gpu.name);
      charts->driver = text(gpu.driver);
      m_gpus.append(charts);
    }
    emit gpusChanged();
  }
  for (qsizetype i = 0; i < number; ++i) {
    const auto at = static_cast<size_t>(i);
    const app::GpuSample& now = m_now.gpus[at];
    using Field = std::optional<double> app::GpuSample::*;
    const auto show = [&](Chart* chart, Field field, double factor, double top, const QString& unit,
                          const QString& scale) {
      Chart::Shown shown = series([&](const app::MonitorSample& s) {
        return at < s.gpus.size() && (s.gpus[at].*field) ? *(s.gpus[at].*field) * factor : kNothing;
      });
      shown.top = top;
      if (now.*field) shown.figure = count(*(now.*field) * factor);
      shown.unit = unit;
      shown.scale = scale;
      chart->show(std::move(shown));
    };
    GpuCharts& charts = *m_gpus[i];
    const double slow = now.slowdownAt.value_or(100), power = now.powerLimit.value_or(500);
    const double clock = now.memoryClockMax.value_or(now.memoryClock.value_or(1));
    show(charts.utilisation, &app::GpuSample::utilisation, 100, 100, tr("%"), tr("0–100%"));
    show(charts.temperature, &app::GpuSample::temperature, 1, slow, tr("°C"),
         now.slowdownAt ? tr("0–%1 °C, slows there").arg(count(slow)) : tr("0–%1 °C").arg(count(slow)));
    show(charts.power, &app::GpuSample::power, 1, power, tr("W"),
         now.powerLimit ? tr("0–%1 W, the limit").arg(count(power)) : tr("0–%1 W").arg(count(power)));
    show(charts.memoryClock, &app::GpuSample::memoryClock, 1, std::max(1.0, clock), tr("MHz"),
         tr("0–%1").arg(count(clock)));
    Chart::Shown memory = series([&](const app::MonitorSample& s) {
      return at < s.gpus.size() ? static_cast<double>(s.gpus[at].memoryUsed) / 1e9 : kNothing;
    });
    memory.top = std::max(1e-3, static_cast<double>(now.memoryTotal) / 1e9);
    memory.figure = ui::gigabytes(now.memoryUsed);
    memory.unit = tr("of %1 GB").arg(ui::gigabytes(now.memoryTotal));
    memory.scale = tr("0–%1 GB").arg(ui::gigabytes(now.memoryTotal));
    charts.memory->show(std::move(memory));
  }
}

QVariantList MonitorModel::gpus() const {
  QVariantList list;
  for (GpuCharts* gpu : m_gpus) list.append(QVariant::fromValue(gpu));
  return list;
}

QString MonitorModel::engineLine() const {
  const std::shared_ptr<engine::Engine> engine = m_host.engine();
  if (!engine) return tr("No model is loaded.");
  const engine::EngineFacts& facts = engine->facts();
  const QString policy =
      facts.options.policy == engine::SchedulingPolicy::Dynamic ? tr("request groups") : tr("continuous batching");
  return QStringList{text(facts.model.modelId), policy, text(facts.computeType), text(facts.quantization)}.join(
      QStringLiteral(", "));
}

QString MonitorModel::computerLine() const {
  const QString memory = oneDecimal(static_cast<double>(m_now.memoryTotal) / 1e9);
  const unsigned cores = m_probe->processors();
  return cores == 1 ? tr("1 core, %1 GB").arg(memory) : tr("%1 cores, %2 GB").arg(cores).arg(memory);
}

QString MonitorModel::cost() const {
  return tr("sampled every second; a sample takes %1 ms of a worker").arg(QLocale().toString(m_milliseconds, 'f', 1));
}

QVariantList MonitorModel::figures() const {
  QVariantList rows;
  if (!m_now.engineThere) return rows;
  const engine::EngineStats& stats = m_now.engine;
  const auto add = [&](const QString& title, const QString& figure, const QString& unit) {
    rows.append(QVariantMap{{"title", title}, {"figure", figure}, {"unit", unit}});
  };
  if (stats.promptTokens > 0) {
    const double hits = static_cast<double>(stats.cachedPromptTokens) / static_cast<double>(stats.promptTokens);
    add(tr("Prefix cache hits"), count(hits * 100), tr("% of prompt tokens"));
  } else {
    add(tr("Prefix cache hits"), tr("–"), tr("no prompt yet"));
  }
  add(tr("Prompt reading"), count(m_now.promptPerSecond), tr("tok/s"));
  add(tr("Generated"), count(static_cast<double>(stats.generatedTokens)), tr("tokens since loading"));
  add(tr("Preempted"), count(static_cast<double>(stats.preemptions)), tr("requests"));
  const app::SettingRow* lookahead = app::findSetting("use-lookahead");
  const bool able = lookahead != nullptr && lookahead->unavailable.empty();
  add(tr("Lookahead accepted"), tr("–"), able ? tr("switched off") : tr("not in this build yet"));
  constexpr qint64 kMinuteMs = 60000;
  const qint64 minutes = m_engineSince.isValid() ? m_engineSince.elapsed() / kMinuteMs : 0;
  add(tr("Loaded for"), QStringLiteral("%1:%2").arg(minutes / 60).arg(minutes % 60, 2, 10, QLatin1Char('0')), tr("h"));
  return rows;
}

PlanFacts MonitorModel::deviceMemory() const {
  const std::shared_ptr<engine::Engine> engine = m_host.engine();
  if (!engine) return {};
  engine::DeviceMemoryPlan now = engine->facts().measured;
  uint64_t used = m_now.memoryUsed;
  if (now.device == "cpu") {
    now.total = m_now.memoryTotal;
  } else if (!m_now.gpus.empty()) {
    now.total = m_now.gpus.front().memoryTotal;
    used = m_now.gpus.front().memoryUsed;
  } else {
    return {};
  }
  now.reserve = 0;  // a plan's word, nothing that is measured
  now.otherPrograms = used - std::min(used, now.needed());
  PlanFacts facts = PlanFacts::of(now);
  facts.known = now.total > 0;
  return facts;
}

QString MonitorModel::deviceName() const {
  const std::shared_ptr<engine::Engine> engine = m_host.engine();
  if (!engine || engine->facts().measured.device == "cpu") return tr("This computer’s memory");
  return m_gpus.isEmpty() ? text(engine->facts().measured.device) : m_gpus.front()->name;
}

QString MonitorModel::planDifference() const {
  const std::shared_ptr<engine::Engine> engine = m_host.engine();
  if (!engine || engine->facts().plan.devices.empty()) return {};
  const auto planned = static_cast<double>(engine->facts().plan.devices.front().needed());
  const auto measured = static_cast<double>(engine->facts().measured.needed());
  const QLocale locale;
  constexpr double kGiga = 1e9;
  return tr("Plan for Hearth %1, measured %2, difference %3 GB")
      .arg(locale.toString(planned / kGiga, 'f', 2), locale.toString(measured / kGiga, 'f', 2),
           locale.toString((measured - planned) / kGiga, 'f', 2));
}

QString MonitorModel::numbers() const {
  QStringList lines{tr("Figure\tNow\tLeast\tMean\tMost")};
  const auto add = [&](const Chart& chart, const QString& title) {
    const QString line = chart.line(title);
    if (!line.isEmpty()) lines.append(line);
  };
  for (const GpuCharts* gpu : m_gpus) {
    add(*gpu->memory, tr("%1: memory (GB)").arg(gpu->name));
    add(*gpu->utilisation, tr("%1: utilisation (%)").arg(gpu->name));
    add(*gpu->temperature, tr("%1: temperature (°C)").arg(gpu->name));
    add(*gpu->power, tr("%1: power (W)").arg(gpu->name));
    add(*gpu->memoryClock, tr("%1: memory clock (MHz)").arg(gpu->name));
  }
  add(m_generated, tr("Generated (tok/s)"));
  add(m_batch, tr("Requests in the batch"));
  add(m_blocks, tr("KV blocks used"));
  for (const QVariant& row : figures()) {
    const QVariantMap map = row.toMap();
    lines.append(map["title"].toString() + u'\t' + map["figure"].toString() + u' ' + map["unit"].toString());
  }
  add(m_cpu, tr("CPU (%)"));
  add(m_memory, tr("Memory (GB)"));
  return lines.join(u'\n') + u'\n';
}

void MonitorModel::copyNumbers() const {
  QGuiApplication::clipboard()->setText(numbers());
}

}  // namespace ui
