#include "ui/hub/hub_look.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QLocale>
#include <QTemporaryDir>
#include <QVariantMap>

#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(ui::HubLook)
};

QString shown(const std::string& text) {
  return visibleName(QString::fromStdString(text));
}

struct Fit {
  QString text, tone;
};

/// By the plan where there is one, else by the bytes of the files against the host's memory.
Fit fitOf(uint64_t bytes, const std::optional<engine::MemoryPlan>& plan, const engine::HostMemory& memory) {
  if (plan && plan->largestContext > 0) {
    const QString tokens = QLocale().toString(plan->largestContext);
    return {Words::tr("fits with %1 tokens of context").arg(tokens), QStringLiteral("success")};
  }
  if (memory.total == 0) return {};
  const QString total = bytesText(memory.total);
  if (plan) return {Words::tr("larger than the memory here"), QStringLiteral("danger")};
  if (bytes > memory.total)
    return {Words::tr("larger than the %1 of memory here").arg(total), QStringLiteral("danger")};
  if (bytes > memory.free) return {Words::tr("needs memory that others use now"), QStringLiteral("warning")};
  return {Words::tr("fits in the %1 that are free").arg(bytesText(memory.free)), QStringLiteral("success")};
}

QString problemOf(const app::HubChoice& choice, const ConfigLook& look) {
  if (!choice.problem.empty()) return displayText(QString::fromStdString(choice.problem));
  switch (choice.format) {
    case app::HubFormat::Pytorch:
      return Words::tr("PyTorch's own files can hold programs and are not loaded; look for safetensors or GGUF");
    case app::HubFormat::Safetensors:
      return look.problem;
    case app::HubFormat::Gguf:
      break;
  }
  return {};
}

}  // namespace

ConfigLook lookAtConfig(const std::string& config, const std::string& repository, const ModelSources& sources) {
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("model"));
  if (!folder.isValid() || !QDir().mkpath(path)) return {};
  QFile file(path + QStringLiteral("/config.json"));
  if (!file.open(QIODevice::WriteOnly) || file.write(config.data(), static_cast<qint64>(config.size())) < 0) return {};
  file.close();
  ConfigLook look;
  const auto info = sources.inspect(path.toStdString());
  if (!info) {
    look.problem = displayText(QString::fromStdString(info.error().message));
    return look;
  }
  if (info->family.empty()) {
    const QString name = info->architecture.empty() ? shown(repository) : shown(info->architecture);
    look.problem = Words::tr("this version cannot run %1").arg(name);
    return look;
  }
  engine::EngineOptions options;
  options.modelPath = path.toStdString();
  options.loadFormat = engine::LoadFormat::Dummy;  // the shapes are all there is
  auto plan = sources.plan(*info, options);
  if (plan) look.plan = std::move(*plan);
  return look;
}

QVariantList describeChoices(const app::HubListing& listing, const ConfigLook& look, const engine::HostMemory& memory) {
  QVariantList rows;
  for (const app::HubChoice& choice : listing.choices) {
    const bool planned = choice.format == app::HubFormat::Safetensors;
    const QString problem = problemOf(choice, look);
    const Fit fit = problem.isEmpty() ? fitOf(choice.bytes, planned ? look.plan : std::nullopt, memory) : Fit{};
    const auto files = static_cast<int>(choice.files.size());
    rows << QVariantMap{
        {QStringLiteral("label"), shown(choice.label)},
        {QStringLiteral("detail"),
         QStringLiteral("%1 · %2").arg(bytesText(choice.bytes),
                                       files == 1 ? Words::tr("1 file") : Words::tr("%1 files").arg(files))},
        {QStringLiteral("fit"), fit.text},
        {QStringLiteral("tone"), fit.tone},
        {QStringLiteral("problem"), problem}};
  }
  return rows;
}

}  // namespace ui
