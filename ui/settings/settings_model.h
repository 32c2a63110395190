// The settings page: rows of the schema by section, each with its flag, its source and, where it cannot be changed,
// why.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <QUrl>
#include <vector>

#include "app/app_context.h"
#include "app/settings.h"
#include "ui/bridge/settings_bridge.h"

namespace ui {

class SettingsModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  /// Titles of the sections, in the order of Section.
  Q_PROPERTY(QStringList sections READ sections NOTIFY sectionChanged)
  Q_PROPERTY(int section READ section WRITE setSection NOTIFY sectionChanged)
  /// Words to look for in every section; the rows are those of `section` while it is empty.
  Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged)
  Q_PROPERTY(int count READ count NOTIFY countChanged)
  Q_PROPERTY(QString version READ version CONSTANT)
  /// Where settings, chats and downloads are: a name and a path in turn.
  Q_PROPERTY(QStringList folders READ folders NOTIFY sectionChanged)

 public:
  enum class Section { Appearance, Chat, Models, Load, Server, Privacy, Shortcuts, About };
  Q_ENUM(Section)
  enum Role {
    KeyRole = Qt::UserRole,
    LabelRole,
    HelpRole,
    FlagRole,         ///< "--port"; empty for the look of the window
    EnvironmentRole,  ///< "HEARTH_PORT", or empty
    KindRole,         ///< "boolean", "segmented", "choice", "accent", "slider", "number", "text", "path" or "page:NAME"
    ValueRole,
    DefaultRole,  ///< as it is shown; empty where nothing is the default
    ChoicesRole,
    ChoiceNamesRole,  ///< the choices as they are shown
    SourceRole,       ///< what outside of the window has set it, in words; empty otherwise
    BlockedRole,      ///< why this build cannot do other than the default; empty otherwise
    ChangedRole,
    MinimumRole,
    MaximumRole,
    TitleRole,  ///< of the card that the row begins; empty for the rows after it
    LastRole,   ///< of its card
    NoteRole,   ///< what is to be said below the card; on its last row
  };

  SettingsModel(SettingsBridge& settings, app::AppPaths paths, QObject* parent = nullptr);

  QStringList sections() const;
  int section() const { return m_section; }
  void setSection(int section);
  QString search() const { return m_search; }
  void setSearch(const QString& search);
  int count() const { return rowCount(); }
  QString version() const;
  QStringList folders() const;
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Empty when stored, else the allowed range in words.
  Q_INVOKABLE QString store(const QString& key, const QString& value);
  /// A file or folder that was picked; a list of folders gets it added.
  Q_INVOKABLE QString storePath(const QString& key, const QUrl& picked);
  /// Back to the default.
  Q_INVOKABLE void reset(const QString& key);
  /// Which picker a path takes: "folder", "file" or "" for none.
  Q_INVOKABLE QString picker(const QString& key) const;
  Q_INVOKABLE void copy(const QString& text) const;

 signals:
  void sectionChanged();
  void searchChanged();
  void countChanged();

 private:
  void collect();
  bool found(const app::SettingRow& row, const QString& words) const;
  QString title(int row) const;
  QString note(const app::SettingRow& row) const;
  bool sameCard(int one, int other) const;

  SettingsBridge& m_settings;
  const app::AppPaths m_paths;
  std::vector<const app::SettingRow*> m_rows;
  int m_section = 0;
  QString m_search;
};

}  // namespace ui
