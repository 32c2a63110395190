// The text files that will go with the next question: chosen, dropped or pasted.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <QUrl>
#include <functional>

#include "ui/bridge/tasks.h"
#include "ui/chat/attachment_text.h"

namespace ui {

class AttachmentModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ChatModel")
  Q_PROPERTY(int count READ count NOTIFY countChanged)

 public:
  enum Role { NameRole = Qt::UserRole, SizeRole, TokensRole };
  /// Counts tokens; runs on a worker. Negative: not known.
  using Counter = std::function<qint64(const std::string&)>;

  explicit AttachmentModel(Tasks& tasks, QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_files.size()); }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Reads files on a worker; what is no text, or too long, is refused in words.
  Q_INVOKABLE void add(const QList<QUrl>& files);
  /// Files of the clipboard, or a text too long for the composer. False: it is to be pasted as usual.
  Q_INVOKABLE bool paste();
  Q_INVOKABLE void remove(int row);
  void addText(const QString& name, const QString& text);
  void clear();
  void setCounter(Counter counter);

  QList<Attachment> attachments() const;
  qint64 tokens() const;

 signals:
  void countChanged();
  void tokensChanged();
  void refused(const QString& why);

 private:
  struct File {
    Attachment attachment;
    qint64 bytes = 0, tokens = -1;
    int key = 0;
  };
  void count(int key);

  Tasks& m_tasks;
  Counter m_counter;
  std::vector<File> m_files;
  int m_lastKey = 0;
};

}  // namespace ui
