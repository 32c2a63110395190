// The Advanced section: rows of the settings schema that concern a load, with this model's own values over them.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <vector>

#include "ui/model/load_choices.h"

namespace ui {

class AdvancedModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ModelPageModel")
  Q_PROPERTY(int count READ count CONSTANT)

 public:
  enum Role {
    KeyRole = Qt::UserRole,
    LabelRole,
    HelpRole,
    FlagRole,
    KindRole,  ///< "text", "boolean", "choice"
    ValueRole,
    StandardRole,
    ChoicesRole,
    LockedRole,  ///< why it cannot be changed here; empty otherwise
    OwnRole,     ///< this model differs from the settings
  };

  explicit AdvancedModel(LoadChoices& choices, QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_rows.size()); }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Empty when stored, else the allowed range in words; an empty value goes back to the settings'.
  Q_INVOKABLE QString store(const QString& key, const QString& value);

 private:
  LoadChoices& m_choices;
  std::vector<const app::SettingRow*> m_rows;
};

}  // namespace ui
