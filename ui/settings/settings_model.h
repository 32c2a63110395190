// The settings page: rows of the schema by group, each with its flag, its source and, where it cannot be changed, why.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <vector>

#include "app/settings.h"
#include "ui/bridge/settings_bridge.h"

namespace ui {

class SettingsModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(QStringList groups READ groups NOTIFY groupChanged)
  Q_PROPERTY(int group READ group WRITE setGroup NOTIFY groupChanged)

 public:
  enum Role {
    KeyRole = Qt::UserRole,
    LabelRole,
    HelpRole,
    FlagRole,
    KindRole,  ///< "text", "boolean", "choice"
    ValueRole,
    DefaultRole,
    ChoicesRole,
    ChoiceNamesRole,  ///< the choices as they are shown
    LockedRole,       ///< why it cannot be changed here; empty otherwise
    ChangedRole,
  };

  explicit SettingsModel(SettingsBridge& settings, QObject* parent = nullptr);

  QStringList groups() const;
  int group() const { return m_group; }
  void setGroup(int group);
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Empty when stored, else the allowed range in words.
  Q_INVOKABLE QString store(const QString& key, const QString& value);
  Q_INVOKABLE void reset(const QString& key);

 signals:
  void groupChanged();

 private:
  void collect();

  SettingsBridge& m_settings;
  std::vector<const app::SettingRow*> m_rows;
  int m_group = 0;
};

}  // namespace ui
