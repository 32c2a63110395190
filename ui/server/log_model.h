// The server's log as the page shows it: the last lines, by level and by words.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <deque>
#include <vector>

#include "app/http_server.h"

namespace ui {

class LogModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ServerModel")
  Q_PROPERTY(int count READ count NOTIFY changed)
  /// All lines that are kept, shown or not.
  Q_PROPERTY(int total READ total NOTIFY changed)
  /// 0 all, 1 warnings and errors, 2 errors.
  Q_PROPERTY(int leastLevel READ leastLevel WRITE setLeastLevel NOTIFY changed)
  Q_PROPERTY(QString filter READ filter WRITE setFilter NOTIFY changed)

 public:
  enum Role { TimeRole = Qt::UserRole, LevelRole, TextRole };

  explicit LogModel(QObject* parent = nullptr) : QAbstractListModel(parent) {}

  int count() const { return static_cast<int>(m_shown.size()); }
  int total() const { return static_cast<int>(m_lines.size()); }
  int leastLevel() const { return m_least; }
  void setLeastLevel(int level);
  QString filter() const { return m_filter; }
  void setFilter(const QString& filter);

  int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : count(); }
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  void append(const std::vector<app::ServerLogLine>& lines);
  /// The lines that are shown, with tabs between.
  Q_INVOKABLE QString text() const;
  Q_INVOKABLE void clear();

 signals:
  void changed();

 private:
  struct Line {
    QString time, text;
    int level = 0;
  };
  bool passes(const Line& line) const;
  void show();

  std::deque<Line> m_lines;
  std::vector<size_t> m_shown;  ///< numbers of lines; the first kept line has number m_first
  size_t m_first = 0;
  int m_least = 0;
  QString m_filter;
};

}  // namespace ui
