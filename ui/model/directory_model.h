// The left column: models opened before, then those found in folders of this machine, narrowed by a search. Files of
// one model that differ in their quantization alone share a row.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <QStringList>
#include <QUrl>
#include <map>
#include <vector>

#include "ui/bridge/settings_bridge.h"
#include "ui/bridge/tasks.h"
#include "ui/model/model_sources.h"
#include "ui/model/recent_model.h"

namespace ui {

class DirectoryModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ModelPageModel")
  Q_PROPERTY(int count READ count NOTIFY changed)
  Q_PROPERTY(QString filter READ filter WRITE setFilter NOTIFY filterChanged)
  Q_PROPERTY(bool searching READ searching NOTIFY changed)
  Q_PROPERTY(QString foundTitle READ foundTitle NOTIFY changed)
  Q_PROPERTY(QStringList problems READ problems NOTIFY changed)
  Q_PROPERTY(QStringList names READ names NOTIFY changed)
  Q_PROPERTY(int currentRow READ currentRow NOTIFY changed)
  Q_PROPERTY(int firstFound READ firstFound NOTIFY changed)
  Q_PROPERTY(QStringList variants READ variants NOTIFY changed)
  Q_PROPERTY(int currentVariant READ currentVariant NOTIFY changed)

 public:
  enum Role {
    PathRole = Qt::UserRole,
    NameRole,
    DetailRole,
    ProblemRole,
    CurrentRole,
    FileRole,
    FoundRole,
    SectionRole
  };

  DirectoryModel(Tasks& tasks, SettingsBridge& settings, RecentModel& recent, const ModelSources& sources,
                 QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_rows.size()); }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Words that name, line or path must hold, in any order and case.
  QString filter() const { return m_filter; }
  void setFilter(const QString& filter);
  bool searching() const { return m_searching; }
  /// "Found in 2 folders".
  QString foundTitle() const;
  /// Folders that could not be searched, in words.
  QStringList problems() const { return m_problems; }
  /// For a combo box; currentRow() is -1 without a model.
  QStringList names() const;
  int currentRow() const;
  /// The first row that is a sound model found on this machine, not the starter model; -1 when there is none.
  int firstFound() const;
  Q_INVOKABLE QString pathAt(int row) const;
  /// File names of the current row's model, when there are several.
  QStringList variants() const;
  int currentVariant() const;
  Q_INVOKABLE QString variantPath(int variant) const;

  /// Looks through the folders again; what is found is inspected one by one.
  Q_INVOKABLE void rescan();
  /// Rescans once: when the page is first shown.
  Q_INVOKABLE void scanOnce();
  /// Searches one more folder, now and later. Empty when taken, else why not.
  Q_INVOKABLE QString addFolder(const QUrl& folder);

 signals:
  void changed();
  void filterChanged();

 private:
  struct Row {
    QString path, name, detail, problem;
    bool current = false, file = false, found = false;
    QStringList files = {};  ///< paths of all that share the row
  };
  struct Found {
    QString path, name, detail, problem;
  };
  void rebuild();
  static std::vector<Row> folded(std::vector<Row> rows);
  void inspectNext(int turn, size_t at);
  bool passes(const Row& row) const;
  const Row* current() const;

  Tasks& m_tasks;
  SettingsBridge& m_settings;
  RecentModel& m_recent;
  const ModelSources& m_sources;
  std::vector<Row> m_rows;
  std::vector<Found> m_found;
  QStringList m_problems;
  QString m_filter;
  int m_folders = 0, m_turn = 0;
  bool m_searching = false, m_scanned = false;
};

}  // namespace ui
