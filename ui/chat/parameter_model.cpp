#include "ui/chat/parameter_model.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace ui {

namespace {

struct Parameter {
  const char* key;
  const char* label;
  const char* help;
  double standard, minimum, maximum, step;
  int decimals;
  double origin;        ///< of the slider's fill
  bool aboveMinimum;    ///< the minimum itself is not allowed
  double fieldMaximum;  ///< what may be typed; the slider ends earlier
};

const engine::SamplingParams kDefaults;
constexpr double kAnyTopK = 1e9;

const std::array<Parameter, 7> kParameters = {{
    {"temperature", QT_TRANSLATE_NOOP("ui::ParameterModel", "Temperature"),
     QT_TRANSLATE_NOOP("ui::ParameterModel", "0 always takes the likeliest token"), kDefaults.temperature, 0, 2, 0.01,
     2, 0, false, 2},
    {"top_p", QT_TRANSLATE_NOOP("ui::ParameterModel", "Top p"),
     QT_TRANSLATE_NOOP("ui::ParameterModel", "keeps the likeliest tokens up to this share"), kDefaults.topP, 0, 1, 0.01,
     2, 0, true, 1},
    {"top_k", QT_TRANSLATE_NOOP("ui::ParameterModel", "Top k"),
     QT_TRANSLATE_NOOP("ui::ParameterModel", "keeps so many of the likeliest tokens; 0 is off"), 0, 0, 200, 1, 0, 0,
     false, kAnyTopK},
    {"min_p", QT_TRANSLATE_NOOP("ui::ParameterModel", "Min p"),
     QT_TRANSLATE_NOOP("ui::ParameterModel", "drops tokens below this share of the likeliest"), kDefaults.minP, 0, 1,
     0.01, 2, 0, false, 1},
    {"repetition_penalty", QT_TRANSLATE_NOOP("ui::ParameterModel", "Repetition penalty"),
     QT_TRANSLATE_NOOP("ui::ParameterModel", "1 is off"), kDefaults.repetitionPenalty, 1, 2, 0.01, 2, 0, false, 2},
    {"presence_penalty", QT_TRANSLATE_NOOP("ui::ParameterModel", "Presence penalty"),
     QT_TRANSLATE_NOOP("ui::ParameterModel", "for tokens that were used at all"), kDefaults.presencePenalty, -2, 2,
     0.01, 2, 0.5, false, 2},
    {"frequency_penalty", QT_TRANSLATE_NOOP("ui::ParameterModel", "Frequency penalty"),
     QT_TRANSLATE_NOOP("ui::ParameterModel", "for each time a token was used"), kDefaults.frequencyPenalty, -2, 2, 0.01,
     2, 0.5, false, 2},
}};

constexpr int kTopK = 2;
constexpr int kMaxStops = 16;

const Parameter& parameter(int row) {
  return kParameters[static_cast<size_t>(row)];
}

bool allowed(const Parameter& p, double value) {
  return std::isfinite(value) && value <= p.fieldMaximum && (p.aboveMinimum ? value > p.minimum : value >= p.minimum) &&
         (p.decimals > 0 || value == std::floor(value));
}

}  // namespace

ParameterModel::ParameterModel(QObject* parent) : QAbstractListModel(parent) {
  m_base = read({});
  m_values = m_base.numbers;
}

int ParameterModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kRows;
}

QVariant ParameterModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= kRows) return {};
  const Parameter& p = parameter(index.row());
  const double value = m_values[static_cast<size_t>(index.row())];
  switch (role) {
    case KeyRole:
      return QString::fromLatin1(p.key);
    case LabelRole:
      return tr(p.label);
    case HelpRole:
      return tr(p.help);
    case ValueRole:
      return value;
    case TextRole:
      return index.row() == kTopK && value == 0 ? tr("off") : QString::number(value, 'f', p.decimals);
    case MinimumRole:
      return p.minimum;
    case MaximumRole:
      return p.maximum;
    case StepRole:
      return p.step;
    case OriginRole:
      return p.origin;
    case ChangedRole:
      return value != m_base.numbers[static_cast<size_t>(index.row())];
    default:
      return {};
  }
}

QHash<int, QByteArray> ParameterModel::roleNames() const {
  return {{KeyRole, "key"},        {LabelRole, "label"},     {HelpRole, "help"},       {ValueRole, "value"},
          {TextRole, "valueText"}, {MinimumRole, "minimum"}, {MaximumRole, "maximum"}, {StepRole, "step"},
          {OriginRole, "origin"},  {ChangedRole, "changed"}};
}

int ParameterModel::changedCount() const {
  int count = (m_maxTokens != m_base.maxTokens) + (m_seed != m_base.seed) + (m_stop != m_base.stop) +
              (m_dropsOldest != m_base.dropsOldest);
  for (size_t row = 0; row < kRows; ++row) count += m_values[row] != m_base.numbers[row];
  return count;
}

QString ParameterModel::summary() const {
  QStringList parts;
  for (int row = 0; row < kRows; ++row) {
    if (m_values[static_cast<size_t>(row)] == parameter(row).standard) continue;
    parts.append(tr(parameter(row).label) + u' ' + data(index(row), TextRole).toString());
  }
  if (m_maxTokens) parts.append(tr("Max tokens %1").arg(*m_maxTokens));
  if (m_seed) parts.append(tr("Seed %1").arg(*m_seed));
  if (!m_stop.isEmpty()) parts.append(tr("Stop strings: %1").arg(m_stop.size()));
  return parts.isEmpty() ? tr("Default parameters") : parts.join(QStringLiteral(", "));
}

void ParameterModel::setDropsOldest(bool drops) {
  if (drops == m_dropsOldest) return;
  m_dropsOldest = drops;
  emit edited();
}

void ParameterModel::setBase(const std::string& json) {
  m_base = read(json);
  changed();
}

QString ParameterModel::maxTokens() const {
  return m_maxTokens ? QString::number(*m_maxTokens) : QString();
}

QString ParameterModel::seed() const {
  return m_seed ? QString::number(*m_seed) : QString();
}

void ParameterModel::setValue(int row, double value) {
  if (row < 0 || row >= kRows) return;
  const Parameter& p = parameter(row);
  double rounded = std::round(value / p.step) * p.step;
  rounded = std::clamp(rounded, p.aboveMinimum ? p.minimum + p.step : p.minimum, p.maximum);
  double& kept = m_values[static_cast<size_t>(row)];
  if (std::abs(rounded - p.standard) < p.step / 2) rounded = p.standard;
  if (kept == rounded) return;
  kept = rounded;
  emit dataChanged(index(row), index(row));
  emit edited();
}

QString ParameterModel::setText(int row, const QString& text) {
  if (row < 0 || row >= kRows) return {};
  const Parameter& p = parameter(row);
  bool ok = false;
  const double value = row == kTopK && (text == tr("off") || text == "-1") ? (ok = true, 0.0) : text.toDouble(&ok);
  if (!ok || !allowed(p, value)) {
    if (row == kTopK) return tr("A whole number from 0 (off)");
    return p.aboveMinimum ? tr("Above %1, up to %2").arg(p.minimum).arg(p.maximum)
                          : tr("From %1 to %2").arg(p.minimum).arg(p.maximum);
  }
  m_values[static_cast<size_t>(row)] = value;
  emit dataChanged(index(row), index(row));
  emit edited();
  return {};
}

void ParameterModel::reset(int row) {
  if (row < 0 || row >= kRows) return;
  m_values[static_cast<size_t>(row)] = m_base.numbers[static_cast<size_t>(row)];
  emit dataChanged(index(row), index(row));
  emit edited();
}

void ParameterModel::resetAll() {
  m_values = m_base.numbers;
  m_maxTokens = m_base.maxTokens;
  m_seed = m_base.seed;
  m_stop = m_base.stop;
  m_dropsOldest = m_base.dropsOldest;
  changed();
}

QString ParameterModel::setMaxTokens(const QString& text) {
  bool ok = true;
  const qint64 value = text.isEmpty() ? 0 : text.toLongLong(&ok);
  if (!ok || (!text.isEmpty() && value < 1)) return tr("A whole number from 1, or empty");
  m_maxTokens = text.isEmpty() ? std::nullopt : std::optional<qint64>(value);
  emit edited();
  return {};
}

QString ParameterModel::setSeed(const QString& text) {
  bool ok = true;
  const qint64 value = text.isEmpty() ? 0 : text.toLongLong(&ok);
  if (!ok) return tr("A whole number of up to 64 bits, or empty");
  m_seed = text.isEmpty() ? std::nullopt : std::optional<qint64>(value);
  emit edited();
  return {};
}

QString ParameterModel::addStop(const QString& text) {
  if (text.isEmpty() || m_stop.contains(text)) return {};
  if (m_stop.size() >= kMaxStops) return tr("At most %1 stop strings").arg(kMaxStops);
  m_stop.append(text);
  emit edited();
  return {};
}

void ParameterModel::removeStop(int index) {
  if (index < 0 || index >= m_stop.size()) return;
  m_stop.removeAt(index);
  emit edited();
}

void ParameterModel::setPreset(std::map<std::string, double> preset) {
  m_preset = std::move(preset);
  emit presetChanged();
}

void ParameterModel::applyPreset() {
  for (int row = 0; row < kRows; ++row) {
    const auto suggested = m_preset.find(parameter(row).key);
    if (suggested != m_preset.end() && allowed(parameter(row), suggested->second)) {
      m_values[static_cast<size_t>(row)] = suggested->second;
    }
  }
  changed();
}

std::string ParameterModel::toJson() const {
  QJsonObject object;
  for (int row = 0; row < kRows; ++row) {
    const double value = m_values[static_cast<size_t>(row)];
    if (value != parameter(row).standard) object[QLatin1String(parameter(row).key)] = value;
  }
  if (m_maxTokens) object["max_tokens"] = *m_maxTokens;
  if (m_seed) object["seed"] = QString::number(*m_seed);  // JSON numbers do not hold every int64
  if (!m_stop.isEmpty()) object["stop"] = QJsonArray::fromStringList(m_stop);
  if (m_dropsOldest) object["drop_oldest"] = true;
  return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

ParameterModel::Values ParameterModel::read(const std::string& json) {
  const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
  Values values;
  for (int row = 0; row < kRows; ++row) {
    const Parameter& p = parameter(row);
    const double value = object[QLatin1String(p.key)].toDouble(p.standard);
    values.numbers[static_cast<size_t>(row)] = allowed(p, value) ? value : p.standard;
  }
  const qint64 limit = object["max_tokens"].toInteger(0);
  values.maxTokens = limit > 0 ? std::optional<qint64>(limit) : std::nullopt;
  bool ok = false;
  const qint64 seed = object["seed"].toString().toLongLong(&ok);
  values.seed = ok ? std::optional<qint64>(seed) : std::nullopt;
  for (const QJsonValue value : object["stop"].toArray()) {
    if (!value.toString().isEmpty() && values.stop.size() < kMaxStops) values.stop.append(value.toString());
  }
  values.dropsOldest = object["drop_oldest"].toBool();
  return values;
}

void ParameterModel::fromJson(const std::string& json) {
  const Values values = read(json);
  m_values = values.numbers;
  m_maxTokens = values.maxTokens;
  m_seed = values.seed;
  m_stop = values.stop;
  m_dropsOldest = values.dropsOldest;
  changed();
}

void ParameterModel::apply(engine::GenerationRequest& request) const {
  engine::SamplingParams& sampling = request.sampling;
  sampling.temperature = m_values[0];
  sampling.topP = m_values[1];
  sampling.topK = m_values[kTopK] > 0 ? static_cast<int64_t>(m_values[kTopK]) : -1;
  sampling.minP = m_values[3];
  sampling.repetitionPenalty = m_values[4];
  sampling.presencePenalty = m_values[5];
  sampling.frequencyPenalty = m_values[6];
  sampling.seed = m_seed;
  request.maxTokens = m_maxTokens;
  for (const QString& stop : m_stop) request.stop.push_back(stop.toStdString());
}

void ParameterModel::changed() {
  emit dataChanged(index(0), index(kRows - 1));
  emit edited();
}

}  // namespace ui
