#include "ui/model/model_card.h"

#include <QCoreApplication>
#include <QLocale>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(ui::ModelCard)
};

QString text(const std::string& value) {
  return visibleName(QString::fromStdString(value));
}

QString number(double value, int decimals) {
  return QLocale().toString(value, 'f', decimals);
}

void add(QVariantList& rows, const QString& label, const QString& value) {
  if (!value.isEmpty()) rows.append(QVariantMap{{"label", label}, {"value", value}});
}

}  // namespace

QString gigabytes(uint64_t bytes) {
  return number(static_cast<double>(bytes) / 1e9, 2);
}

QString bytesText(uint64_t bytes) {
  const double value = static_cast<double>(bytes);
  if (value >= 1e9) return gigabytes(bytes) + Words::tr(" GB");
  if (value >= 1e6) return number(value / 1e6, 1) + Words::tr(" MB");
  return number(value / 1e3, 1) + Words::tr(" kB");
}

QString parametersText(uint64_t parameters) {
  const double value = static_cast<double>(parameters);
  if (value >= 1e9) return number(value / 1e9, value >= 1e10 ? 1 : 2) + Words::tr(" B");
  if (value >= 1e6) return number(value / 1e6, 0) + Words::tr(" M");
  return parameters > 0 ? number(value / 1e3, 0) + Words::tr(" k") : QString();
}

QString modelLine(const engine::ModelInfo& model) {
  QStringList parts;
  if (model.weightBytes > 0) parts.append(bytesText(model.weightBytes));
  if (model.parameters > 0) parts.append(parametersText(model.parameters));
  if (!model.weightType.empty()) parts.append(text(model.weightType));
  return parts.join(QStringLiteral(" · "));
}

QVariantList cardRows(const engine::ModelInfo& model) {
  QVariantList rows;
  const QString family = model.family.empty() ? text(model.architecture) : text(model.family);
  add(rows, Words::tr("Family"),
      family + (model.parameters > 0 ? QStringLiteral(", ") + parametersText(model.parameters) : QString()));
  size_t present = 0;
  for (const engine::ShardInfo& shard : model.shards) present += shard.present ? 1 : 0;
  const QString shards =
      model.shards.size() > 1 ? Words::tr("%1 of %2 shards, ").arg(present).arg(model.shards.size()) : QString();
  add(rows, Words::tr("Weights"), shards + text(model.weightType));
  add(rows, Words::tr("Size"), model.weightBytes > 0 ? bytesText(model.weightBytes) : QString());
  add(rows, Words::tr("Tokenizer"), text(model.tokenizer));
  add(rows, Words::tr("Template"),
      model.chatTemplate.empty() ? Words::tr("none in the files") : Words::tr("in the model’s files"));
  add(rows, Words::tr("Trained for"),
      model.trainedContext > 0
          ? Words::tr("%1 tokens").arg(QLocale().toString(static_cast<qulonglong>(model.trainedContext)))
          : QString());
  add(rows, Words::tr("Licence"), text(model.licence));
  return rows;
}

QStringList lines(const std::vector<std::string>& sentences) {
  QStringList list;
  for (const std::string& sentence : sentences) list.append(displayText(QString::fromStdString(sentence)));
  return list;
}

}  // namespace ui
