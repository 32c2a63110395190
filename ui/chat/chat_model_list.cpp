// ChatModel's tools of whole chats: rename, pin, duplicate, delete, export, import, presets.
#include <QDateTime>
#include <QFile>
#include <QSaveFile>

#include "app/conversation_export.h"
#include "ui/chat/chat_model.h"
#include "ui/chat/export_html.h"
#include "ui/chat/export_pdf.h"
#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr qint64 kMaxImportBytes = qint64{1} << 30;
constexpr qsizetype kMaxFileName = 80;

QString suffixOf(const QString& format) {
  return format == u"markdown" ? QStringLiteral("md") : format;
}

}  // namespace

void ChatModel::rename(qint64 id, const QString& title) {
  const app::Conversation* found = m_list.find(id);
  if (found == nullptr || title.trimmed().isEmpty()) return;
  if (id == m_titleFor) dropTitle();
  app::Conversation renamed = id == m_conversation.id ? m_conversation : *found;
  renamed.title = title.simplified().left(200).toStdString();
  if (id == m_conversation.id) {
    m_titleIsOurs = false;
    m_conversation.title = renamed.title;
    renamed.leaf = m_tree.leaf();
  }
  m_list.put(renamed);
  storeOf(id).update(this, renamed, [this](engine::Result<app::Conversation> done) {
    if (!done) setNotice(QString::fromStdString(done.error().message));
  });
  emit conversationChanged();
}

void ChatModel::remove(qint64 id) {
  const app::Conversation* found = m_list.find(id);
  if (found == nullptr) return;
  const QString title = QString::fromStdString(found->title);
  if (id == m_titleFor) dropTitle();
  if (m_run && m_run->message().conversation == id) m_run->stop();
  storeOf(id).remove(this, id, [this, id, title](engine::Result<bool> done) {
    if (!done) return setNotice(QString::fromStdString(done.error().message));
    m_undo = [this, id] {
      storeOf(id).restore(this, id, [this, id](engine::Result<bool> restored) {
        if (!restored) return setNotice(QString::fromStdString(restored.error().message));
        reload(m_conversation.id == 0 && m_draft.isEmpty() ? id : 0);
      });
    };
    m_list.take(id);
    if (m_conversation.id == id) {
      m_save.stop();
      newChat();
    }
    emit removed(displayText(title.simplified()));
  });
}

void ChatModel::undoRemove() {
  if (const std::function<void()> undo = std::exchange(m_undo, nullptr)) undo();
}

void ChatModel::reload(app::ConversationId wanted) {
  m_store.list(this, [this, wanted](engine::Result<std::vector<app::Conversation>> all) {
    if (!all) return setNotice(QString::fromStdString(all.error().message));
    for (const app::Conversation& one : m_list.conversations()) {
      if (&storeOf(one.id) != &m_store) all->push_back(one);
    }
    m_list.setConversations(std::move(*all));
    if (wanted != 0) open(wanted);
  });
}

void ChatModel::setPinned(qint64 id, bool pinned) {
  const app::Conversation* found = m_list.find(id);
  if (found == nullptr) return;
  app::Conversation changed = id == m_conversation.id ? m_conversation : *found;
  changed.pinned = pinned;
  if (id == m_conversation.id) {
    m_conversation.pinned = pinned;
    changed.leaf = m_tree.leaf();
  }
  m_list.put(changed);
  storeOf(id).update(this, changed, [this](engine::Result<app::Conversation> done) {
    if (!done) setNotice(QString::fromStdString(done.error().message));
  });
  emit conversationChanged();
}

void ChatModel::duplicate(qint64 id) {
  const app::Conversation* found = m_list.find(id);
  if (found == nullptr) return;
  app::Conversation copy = *found;
  copy.title = tr("%1 (copy)").arg(QString::fromStdString(copy.title)).toStdString();
  copy.id = 0;
  copy.pinned = false;
  copy.createdAt = copy.updatedAt = QDateTime::currentMSecsSinceEpoch();
  storeOf(id).messages(this, id, [this, id, copy](engine::Result<std::vector<app::Message>> messages) {
    if (!messages) return setNotice(QString::fromStdString(messages.error().message));
    storeOf(id).insert(this, copy, std::move(*messages), [this](engine::Result<app::Conversation> made) {
      if (!made) return setNotice(QString::fromStdString(made.error().message));
      m_list.put(*made);
      open(made->id);
    });
  });
}

QString ChatModel::exportName(qint64 id, const QString& format) const {
  const app::Conversation* found = m_list.find(id);
  QString name = found != nullptr ? QString::fromStdString(found->title).simplified() : tr("Chat");
  static const QStringView kUnwanted = u"/\\:*?\"<>|";
  for (QChar& c : name) {
    if (kUnwanted.contains(c) || c.unicode() < 0x20) c = u'_';
  }
  while (name.startsWith(u'.')) name.remove(0, 1);
  name = visibleName(name.left(kMaxFileName)).trimmed();
  return (name.isEmpty() ? tr("Chat") : name) + u'.' + suffixOf(format);
}

void ChatModel::exportChat(qint64 id, const QString& format, const QUrl& file) {
  const app::Conversation* found = m_list.find(id);
  if (found == nullptr || !file.isLocalFile()) return;
  app::Conversation conversation = id == m_conversation.id ? m_conversation : *found;
  if (id == m_conversation.id) conversation.leaf = m_tree.leaf();
  storeOf(id).messages(
      this, id,
      [this, conversation, format, path = file.toLocalFile()](engine::Result<std::vector<app::Message>> messages) {
        if (!messages) return setNotice(QString::fromStdString(messages.error().message));
        writeExport(conversation, std::move(*messages), format, path);
      });
}

void ChatModel::writeExport(const app::Conversation& conversation, std::vector<app::Message> messages,
                            const QString& format, const QString& path) {
  const auto work = [conversation, messages = std::move(messages), format, path]() -> QString {
    if (format == u"pdf") return exportPdf(exportedChat(conversation, messages), path);
    const std::string text = format == u"json"   ? app::exportJson(conversation, messages)
                             : format == u"html" ? exportHtml(exportedChat(conversation, messages)).toStdString()
                                                 : app::exportMarkdown(conversation, messages);
    QSaveFile file(path);
    const auto size = static_cast<qint64>(text.size());
    if (file.open(QIODevice::WriteOnly) && file.write(text.data(), size) == size && file.commit()) return {};
    return file.errorString();
  };
  m_tasks.run<QString>(this, work, [this, path](const QString& problem) {
    if (!problem.isEmpty()) return setNotice(tr("%1 cannot be written: %2").arg(visibleName(path), problem));
    emit done(tr("Exported to %1").arg(visibleName(path)));
  });
}

void ChatModel::importChats(const QList<QUrl>& files) {
  using Imported = engine::Result<std::vector<app::ImportedConversation>>;
  for (const QUrl& url : files) {
    if (!url.isLocalFile()) continue;
    const auto work = [path = url.toLocalFile()]() -> Imported {
      QFile file(path);
      if (!file.open(QIODevice::ReadOnly) || file.size() > kMaxImportBytes) {
        return engine::Error{engine::ErrorCode::Io, file.errorString().toStdString()};
      }
      const QByteArray bytes = file.readAll();
      return app::importConversations({bytes.constData(), static_cast<size_t>(bytes.size())});
    };
    m_tasks.run<Imported>(this, work, [this, name = visibleName(url.fileName())](Imported imported) {
      if (!imported) {
        return setNotice(tr("%1 was not imported: %2").arg(name, QString::fromStdString(imported.error().message)));
      }
      takeImport(std::move(*imported));
    });
  }
}

void ChatModel::takeImport(std::vector<app::ImportedConversation> imported) {
  const size_t count = imported.size();
  for (size_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    m_store.insert(this, std::move(imported[i].conversation), std::move(imported[i].messages),
                   [this, last, count](engine::Result<app::Conversation> made) {
                     if (!made) setNotice(QString::fromStdString(made.error().message));
                     if (!last) return;
                     emit done(tr("Chats imported: %1").arg(count));
                     reload(made ? made->id : 0);
                   });
  }
}

bool ChatModel::presetEdited() const {
  const Preset* preset = m_presets.find(m_preset);
  return m_parameters.changedCount() > 0 || (preset != nullptr && preset->systemPrompt != systemPrompt());
}

QStringList ChatModel::presetChoices() const {
  return QStringList(tr("Defaults")) + m_presets.names();
}

int ChatModel::presetIndex() const {
  return m_preset.isEmpty() ? 0 : static_cast<int>(m_presets.names().indexOf(m_preset)) + 1;
}

void ChatModel::choosePresetAt(int index) {
  choosePreset(m_presets.names().value(index - 1));
}

void ChatModel::choosePreset(const QString& name) {
  const Preset* preset = m_presets.find(name);
  m_preset = preset != nullptr ? name : QString();
  m_parameters.setBase(preset != nullptr ? preset->parametersJson : std::string());
  if (preset != nullptr) setSystemPrompt(preset->systemPrompt);
  m_parameters.resetAll();
  emit presetChanged();
}

void ChatModel::resetToPreset() {
  choosePreset(m_preset);
}

QString ChatModel::savePreset(const QString& name) {
  const QString kept = name.simplified().left(80);
  if (kept.isEmpty()) return tr("A preset needs a name");
  m_presets.put({kept, systemPrompt(), m_parameters.toJson()});
  choosePreset(kept);
  return {};
}

void ChatModel::removePreset(const QString& name) {
  if (!m_presets.remove(name)) return;
  if (m_preset == name) {
    m_preset.clear();
    m_parameters.setBase({});
  }
  emit presetChanged();
}

}  // namespace ui
