// Models that were opened before, newest first; kept with the window's state.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <QSettings>
#include <vector>

namespace ui {

class RecentModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ModelPageModel")
  Q_PROPERTY(int count READ count NOTIFY countChanged)

 public:
  enum Role { PathRole = Qt::UserRole, NameRole, DetailRole, ProblemRole, CurrentRole, FileRole };

  explicit RecentModel(QSettings& state, QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_entries.size()); }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Puts a model on top, or changes what is said of it.
  void put(const QString& path, const QString& name, const QString& detail, const QString& problem);
  void setCurrent(const QString& path);
  Q_INVOKABLE void forget(const QString& path);

 signals:
  void countChanged();

 private:
  struct Entry {
    QString path, name, detail, problem;
  };
  void save();

  QSettings& m_state;
  std::vector<Entry> m_entries;
  QString m_current;
};

}  // namespace ui
