// Sampling parameters of a chat: what differs from the defaults is kept, marked and can be reset one by one.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <QJsonObject>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/generation.h"

namespace ui {

class ParameterModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ChatModel")
  Q_PROPERTY(int changedCount READ changedCount NOTIFY edited)
  Q_PROPERTY(QString summary READ summary NOTIFY edited)
  Q_PROPERTY(QString maxTokens READ maxTokens NOTIFY edited)
  Q_PROPERTY(QString seed READ seed NOTIFY edited)
  Q_PROPERTY(QStringList stop READ stop NOTIFY edited)
  /// The oldest turns may be left out where the context is full; otherwise it stops and asks.
  Q_PROPERTY(bool dropsOldest READ dropsOldest WRITE setDropsOldest NOTIFY edited)
  Q_PROPERTY(bool presetAvailable READ presetAvailable NOTIFY presetChanged)

 public:
  enum Role {
    KeyRole = Qt::UserRole,  ///< the API's name
    LabelRole,
    HelpRole,
    ValueRole,    ///< number
    TextRole,     ///< the number as shown, or "off"
    MinimumRole,  ///< of the slider
    MaximumRole,
    StepRole,
    OriginRole,  ///< where the slider's fill starts, 0..1
    ChangedRole,
  };

  explicit ParameterModel(QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  int changedCount() const;
  /// What differs from the defaults, in words: "Temperature 0.2, Top k 40"; never empty.
  QString summary() const;
  QString maxTokens() const;  ///< empty: what the context leaves
  QString seed() const;       ///< empty: random
  QStringList stop() const { return m_stop; }
  bool dropsOldest() const { return m_dropsOldest; }
  void setDropsOldest(bool drops);
  bool presetAvailable() const { return !m_preset.empty(); }

  /// From the slider.
  Q_INVOKABLE void setValue(int row, double value);
  /// From a field: empty when applied, else the allowed range in words, and nothing changes.
  Q_INVOKABLE QString setText(int row, const QString& text);
  Q_INVOKABLE void reset(int row);
  Q_INVOKABLE void resetAll();
  Q_INVOKABLE QString setMaxTokens(const QString& text);
  Q_INVOKABLE QString setSeed(const QString& text);
  Q_INVOKABLE QString addStop(const QString& text);
  Q_INVOKABLE void removeStop(int index);
  /// Takes what the model's generation_config suggests.
  Q_INVOKABLE void applyPreset();

  /// What counts as unchanged, as toJson() writes it: a preset's values, or nothing for the defaults.
  void setBase(const std::string& json);
  void setPreset(std::map<std::string, double> preset);
  /// The overrides as a JSON object under the API's names.
  std::string toJson() const;
  void fromJson(const std::string& json);
  /// Writes sampling, stop strings and the limit into a request.
  void apply(engine::GenerationRequest& request) const;

 signals:
  /// By the user or by a chat that was opened.
  void edited();
  void presetChanged();

 private:
  static constexpr int kRows = 7;
  struct Values {
    std::array<double, kRows> numbers{};
    std::optional<qint64> maxTokens, seed;
    QStringList stop;
    bool dropsOldest = false;
  };
  static Values read(const std::string& json);
  void changed();

  std::array<double, kRows> m_values;
  std::optional<qint64> m_maxTokens, m_seed;
  QStringList m_stop;
  bool m_dropsOldest = false;
  Values m_base;
  std::map<std::string, double> m_preset;
};

}  // namespace ui
