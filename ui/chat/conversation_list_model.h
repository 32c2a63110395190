// The list at the left of the chat page: conversations by day, or the hits of a search.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <QDateTime>
#include <vector>

#include "app/conversation_store.h"
#include "ui/markdown/block.h"

namespace ui {

class ConversationListModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ChatModel")
  Q_PROPERTY(int count READ count NOTIFY countChanged)
  Q_PROPERTY(bool searching READ searching NOTIFY countChanged)

 public:
  enum Role {
    IdRole = Qt::UserRole,  ///< of the conversation
    TitleRole,
    SectionRole,        ///< "Pinned", "Today", ..., or "Found"
    SnippetRole,        ///< of a hit, one line
    MarkedTitleRole,    ///< inlineText; what a search found is bold
    MarkedSnippetRole,  ///< inlineText
    HitRole,            ///< the message found, 0 = the title
    PinnedRole,
    CurrentRole,
    BusyRole,  ///< an answer is being written there
  };

  explicit ConversationListModel(QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_shown.size()); }
  bool searching() const { return m_searching; }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  void setConversations(std::vector<app::Conversation> conversations);
  /// Shows hits in place of the list, until clearHits().
  void setHits(const std::vector<app::SearchHit>& hits);
  void clearHits();
  /// Adds a conversation or changes it, and keeps the order by time.
  void put(const app::Conversation& conversation);
  void take(app::ConversationId id);
  void setCurrent(app::ConversationId id, bool busy);

  const app::Conversation* find(app::ConversationId id) const;
  const std::vector<app::Conversation>& conversations() const { return m_conversations; }

  /// Heading under which something of that time stands today.
  static QString sectionOf(const QDateTime& time, const QDateTime& now);

 signals:
  void countChanged();

 private:
  bool event(QEvent* event) override;

  struct Shown {
    app::ConversationId id = 0;
    QString title, section, snippet;
    app::MessageId hit = 0;
    bool pinned = false;
    InlineText markedTitle = {}, markedSnippet = {};
    bool operator==(const Shown&) const = default;
  };
  void rebuild();
  void show(std::vector<Shown> shown);

  std::vector<app::Conversation> m_conversations;
  std::vector<Shown> m_shown;
  app::ConversationId m_current = 0;
  bool m_busy = false, m_searching = false;
};

}  // namespace ui
