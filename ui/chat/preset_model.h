// Named sets of system prompt and parameters.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <QSettings>
#include <vector>

namespace ui {

struct Preset {
  QString name, systemPrompt;
  std::string parametersJson;
};

class PresetModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ChatModel")
  Q_PROPERTY(QStringList names READ names NOTIFY namesChanged)

 public:
  /// Keeps them in `state`.
  explicit PresetModel(QSettings& state, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QStringList names() const;

  const Preset* find(const QString& name) const;
  /// Adds it, or replaces the one of that name.
  void put(Preset preset);
  bool remove(const QString& name);

 signals:
  void namesChanged();

 private:
  void save();

  QSettings& m_state;
  std::vector<Preset> m_presets;
};

}  // namespace ui
