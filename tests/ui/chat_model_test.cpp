// The chat page's view-model over a fake engine and chats in memory: ask, stream, stop, again, versions, edit, delete.
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/fake_engine.h"
#include "tests/ui/waits.h"
#include "ui/chat/chat_model.h"

using test_support::FakeEngine;
using test_support::FakeLoad;
using ui_test::kLong;

namespace {

struct Rig {
  explicit Rig(FakeLoad load = {})
      : made(std::make_shared<std::shared_ptr<FakeEngine>>()),
        modelHost(test_support::makeFakeLoader(std::move(load), made)),
        host(modelHost, tasks),
        store(ui::makeMemoryStore(tasks)),
        state(dir.filePath("w.ini"), QSettings::IniFormat),
        chat(tasks, *store, host, state) {
    modelHost.load({});
    static_cast<void>(QTest::qWaitFor([this] { return chat.ready(); }, kLong));
  }

  ~Rig() { made->reset(); }  // the host waits for whoever holds its engine

  void ask(const QString& text) {
    chat.setDraft(text);
    chat.send();
  }
  bool idle() {
    return QTest::qWaitFor([this] { return !chat.busy(); }, kLong);
  }
  QVariant role(int row, int which) { return chat.transcript()->data(chat.transcript()->index(row), which); }
  QString footerState() { return role(chat.transcript()->count() - 1, ui::TranscriptModel::StateRole).toString(); }
  QString lastText() {
    return role(chat.transcript()->count() - 2, ui::TranscriptModel::ContentRole).value<ui::InlineText>().text;
  }
  qint64 lastId() { return role(chat.transcript()->count() - 1, ui::TranscriptModel::MessageIdRole).toLongLong(); }

  QTemporaryDir dir;
  ui::Tasks tasks;
  std::shared_ptr<std::shared_ptr<FakeEngine>> made;
  app::ModelHost modelHost;
  ui::HostBridge host;
  std::unique_ptr<ui::ChatStore> store;
  QSettings state;
  ui::ChatModel chat;
};

FakeLoad endless() {
  FakeLoad load;
  load.engine.endless = true;
  load.engine.tokenDelay = std::chrono::milliseconds(1);
  return load;
}

}  // namespace

class ChatModelTest : public QObject {
  Q_OBJECT

 private slots:
  void asksAndStreams() {
    Rig rig;
    QVERIFY(rig.chat.ready());
    rig.ask("Hello **there**");
    QVERIFY(rig.chat.busy());
    QVERIFY(rig.chat.draft().isEmpty());
    QVERIFY(rig.idle());
    QCOMPARE(rig.footerState(), QString("complete"));
    QCOMPARE(rig.lastText(), QString("Hello there"));
    QCOMPARE(rig.chat.title(), QString("Hello **there**"));
    QCOMPARE(rig.chat.conversations()->count(), 1);
    const auto facts = rig.role(2, ui::TranscriptModel::FactsRole).value<ui::AnswerFacts>();
    QVERIFY(facts.completionTokens > 0);
    QCOMPARE(facts.reason, QString("stop"));
  }

  void committedBeforeTheEngineSeesIt() {
    Rig rig(endless());
    rig.ask("question");
    QVERIFY(QTest::qWaitFor([&] { return !(*rig.made)->seenRequests().empty(); }, kLong));
    std::vector<app::Message> kept;
    bool answered = false;
    rig.store->messages(&rig.chat, rig.chat.currentId(), [&](auto all) {
      kept = *all;
      answered = true;
    });
    QVERIFY(QTest::qWaitFor([&] { return answered; }, kLong));
    QCOMPARE(kept.size(), size_t(2));
    QCOMPARE(kept[0].text, std::string("question"));
    QCOMPARE(int(kept[1].state), int(app::MessageState::Streaming));
    rig.chat.stop();
    QVERIFY(rig.idle());
  }

  void stops() {
    Rig rig(endless());
    rig.ask("say it over and over");
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.activity() == "answering"; }, kLong));
    rig.chat.stop();
    QVERIFY(rig.idle());
    QCOMPARE(rig.footerState(), QString("stopped"));
    QVERIFY(!rig.lastText().isEmpty());
    QVERIFY(!(*rig.made)->seenCancels().empty());
  }

  void stopsInTheFirstMoment() {
    Rig rig(endless());
    rig.ask("x");
    rig.chat.stop();
    QVERIFY(rig.idle());
    QCOMPARE(rig.footerState(), QString("stopped"));
  }

  void checkpointsWhileItStreams() {
    Rig rig(endless());
    rig.ask("abcdefgh");
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.activity() == "answering"; }, kLong));
    const qint64 id = rig.lastId();
    const auto keptText = [&] {
      std::string text;
      bool answered = false;
      rig.store->messages(&rig.chat, rig.chat.currentId(), [&](auto all) {
        for (const app::Message& one : *all) {
          if (one.id == id) text = one.text;
        }
        answered = true;
      });
      static_cast<void>(QTest::qWaitFor([&] { return answered; }, kLong));
      return text;
    };
    QVERIFY(QTest::qWaitFor([&] { return !keptText().empty(); }, kLong));
    rig.chat.stop();
    QVERIFY(rig.idle());
  }

  void regeneratesAndLeafsThroughVersions() {
    Rig rig;
    rig.ask("one");
    QVERIFY(rig.idle());
    const qint64 first = rig.lastId();
    rig.chat.regenerate(first);
    QVERIFY(rig.idle());
    const int footer = rig.chat.transcript()->count() - 1;
    QCOMPARE(rig.role(footer, ui::TranscriptModel::VersionRole).toInt(), 2);
    QCOMPARE(rig.role(footer, ui::TranscriptModel::VersionsRole).toInt(), 2);
    rig.chat.selectVersion(rig.lastId(), -1);
    QCOMPARE(rig.lastId(), first);
    rig.chat.selectVersion(first, -1);
    QCOMPARE(rig.lastId(), first);
  }

  void editsTheQuestion() {
    Rig rig;
    rig.ask("first wording");
    QVERIFY(rig.idle());
    rig.chat.editLast();
    QVERIFY(rig.chat.editing());
    QCOMPARE(rig.chat.draft(), QString("first wording"));
    rig.ask("second wording");
    QVERIFY(rig.idle());
    QCOMPARE(rig.role(0, ui::TranscriptModel::VersionsRole).toInt(), 2);
    QCOMPARE(rig.lastText(), QString("second wording"));
    rig.chat.selectVersion(rig.role(0, ui::TranscriptModel::MessageIdRole).toLongLong(), -1);
    QCOMPARE(rig.lastText(), QString("first wording"));
  }

  void reasoningIsKeptApart() {
    FakeLoad load;
    load.engine.answer = [](const engine::GenerationRequest&, int) {
      return std::string("<think>why\n</think>\n\nso");
    };
    Rig rig(load);
    rig.ask("q");
    QVERIFY(rig.idle());
    QCOMPARE(rig.lastText(), QString("so"));
    QCOMPARE(rig.role(1, ui::TranscriptModel::KindRole).toString(), QString("reasoning"));
    const auto facts = rig.role(1, ui::TranscriptModel::FactsRole).value<ui::AnswerFacts>();
    QVERIFY(facts.reasoningTokens > 0);
    QVERIFY(!facts.reasoningTime().isEmpty());
    rig.ask("next");
    QVERIFY(rig.idle());
    const std::string prompt = (*rig.made)->tokenizer().decode((*rig.made)->seenRequests().back().prompt, true);
    QVERIFY(prompt.find("so") != std::string::npos && prompt.find("why") == std::string::npos);
  }

  void failuresStayWithTheAnswer() {
    FakeLoad load;
    load.engine.submitError = engine::Error{engine::ErrorCode::ContextLength, "the prompt has 9 tokens, 8 fit"};
    Rig rig(load);
    rig.ask("too long");
    QVERIFY(rig.idle());
    QCOMPARE(rig.footerState(), QString("failed"));
    QCOMPARE(rig.role(1, ui::TranscriptModel::FactsRole).value<ui::AnswerFacts>().error,
             QString("the prompt has 9 tokens, 8 fit"));
  }

  void unloadInterrupts() {
    Rig rig(endless());
    rig.ask("x");
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.activity() == "answering"; }, kLong));
    rig.made->reset();
    rig.modelHost.unload();
    QVERIFY(rig.idle());
    QCOMPARE(rig.footerState(), QString("interrupted"));
    QVERIFY(QTest::qWaitFor([&] { return rig.host.state() == app::HostState::Empty; }, kLong));
  }

  void parametersReachTheEngine() {
    Rig rig;
    rig.chat.setSystemPrompt("be brief");
    rig.chat.parameters()->setText(0, "0");
    rig.chat.parameters()->setMaxTokens("3");
    rig.ask("hello world");
    QVERIFY(rig.idle());
    const auto requests = (*rig.made)->seenRequests();
    QCOMPARE(requests.size(), size_t(1));
    QCOMPARE(requests[0].sampling.temperature, 0.0);
    QCOMPARE(requests[0].maxTokens.value(), int64_t(3));
    const std::string prompt = (*rig.made)->tokenizer().decode(requests[0].prompt, true);
    QVERIFY(prompt.find("be brief") != std::string::npos);
    QCOMPARE(rig.lastText(), QString("hel"));
  }

  void conversationsComeAndGo() {
    Rig rig;
    rig.ask("first chat");
    QVERIFY(rig.idle());
    const qint64 first = rig.chat.currentId();
    rig.chat.newChat();
    QCOMPARE(rig.chat.transcript()->count(), 0);
    rig.ask("second chat");
    QVERIFY(rig.idle());
    QCOMPARE(rig.chat.conversations()->count(), 2);
    rig.chat.open(first);
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.currentId() == first; }, kLong));
    QCOMPARE(rig.lastText(), QString("first chat"));
    rig.chat.rename(first, "renamed");
    QCOMPARE(rig.chat.title(), QString("renamed"));
    QSignalSpy removed(&rig.chat, &ui::ChatModel::removed);
    rig.chat.remove(first);
    QVERIFY(removed.wait(kLong));
    QCOMPARE(rig.chat.conversations()->count(), 1);
    QCOMPARE(rig.chat.currentId(), 0);
    rig.chat.undoRemove();
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.conversations()->count() == 2; }, kLong));
    rig.chat.setSearch("second");
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.conversations()->searching(); }, kLong));
    QCOMPARE(rig.chat.conversations()->count(), 1);
    rig.chat.setSearch("");
    QCOMPARE(rig.chat.conversations()->count(), 2);
  }

  void anotherChatMayBeReadMeanwhile() {
    Rig rig;
    rig.ask("quiet one");
    QVERIFY(rig.idle());
    const qint64 quiet = rig.chat.currentId();
    rig.chat.newChat();
    auto script = test_support::FakeScript();
    script.endless = true;
    script.tokenDelay = std::chrono::milliseconds(1);
    (*rig.made)->setScript(script);
    rig.ask("busy one");
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.activity() == "answering"; }, kLong));
    const qint64 busy = rig.chat.currentId();
    rig.chat.open(quiet);
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.currentId() == quiet; }, kLong));
    QCOMPARE(rig.lastText(), QString("quiet one"));
    QTest::qWait(100);
    QCOMPARE(rig.lastText(), QString("quiet one"));
    rig.chat.open(busy);
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.currentId() == busy; }, kLong));
    QCOMPARE(rig.footerState(), QString("streaming"));
    rig.chat.stop();
    QVERIFY(rig.idle());
    QCOMPARE(rig.footerState(), QString("stopped"));
  }

  void editsAnAnswer() {
    Rig rig;
    rig.ask("one");
    QVERIFY(rig.idle());
    rig.chat.edit(rig.lastId());
    QVERIFY(rig.chat.editingAnswer());
    rig.chat.setDraft("better");
    rig.chat.send();
    QVERIFY(QTest::qWaitFor([&] { return rig.lastText() == "better"; }, 20000));
    QVERIFY(!rig.chat.editing());
    QCOMPARE(rig.role(rig.chat.transcript()->count() - 1, ui::TranscriptModel::VersionsRole).toInt(), 2);
    QCOMPARE((*rig.made)->seenRequests().size(), size_t(1));
    QVERIFY(
        rig.role(rig.chat.transcript()->count() - 1, ui::TranscriptModel::FactsRole).value<ui::AnswerFacts>().edited);
  }

  void continuesACutAnswer() {
    Rig rig;
    rig.chat.parameters()->setMaxTokens("4");
    rig.ask("abcdefgh");
    QVERIFY(rig.idle());
    QCOMPARE(rig.lastText(), QString("abcd"));
    const qint64 id = rig.lastId();
    rig.chat.continueAnswer(id);
    QVERIFY(rig.chat.busy());
    QVERIFY(rig.idle());
    QCOMPARE(rig.lastId(), id);
    QVERIFY(rig.lastText().startsWith("abcd") && rig.lastText().size() == 8);
    const std::string prompt = (*rig.made)->tokenizer().decode((*rig.made)->seenRequests().back().prompt, true);
    QVERIFY(prompt.find("abcd") != std::string::npos);
  }

  void branchesIntoANewChat() {
    Rig rig;
    rig.ask("first");
    QVERIFY(rig.idle());
    const qint64 first = rig.chat.currentId(), answer = rig.lastId();
    rig.ask("second");
    QVERIFY(rig.idle());
    rig.chat.branch(answer);
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.currentId() != first; }, 20000));
    QCOMPARE(rig.chat.transcript()->count(), 3);
    QCOMPARE(rig.lastText(), QString("first"));
    QCOMPARE(rig.chat.conversations()->count(), 2);
    QVERIFY(rig.chat.title().contains("branch"));
  }

  void deletesMessagesAndBringsThemBack() {
    Rig rig;
    rig.ask("first");
    QVERIFY(rig.idle());
    rig.ask("second");
    QVERIFY(rig.idle());
    const qint64 question = rig.role(3, ui::TranscriptModel::MessageIdRole).toLongLong();
    QSignalSpy removed(&rig.chat, &ui::ChatModel::messagesRemoved);
    rig.chat.removeMessage(question);
    QCOMPARE(removed.size(), 1);
    QCOMPARE(removed[0][0].toInt(), 2);
    QCOMPARE(rig.chat.transcript()->count(), 3);
    rig.chat.undoRemove();
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.transcript()->count() == 6; }, 20000));
    QCOMPARE(rig.lastText(), QString("second"));
  }

  void theMapShowsAndChoosesBranches() {
    Rig rig;
    rig.ask("one");
    QVERIFY(rig.idle());
    const qint64 first = rig.lastId();
    rig.chat.regenerate(first);
    QVERIFY(rig.idle());
    QCOMPARE(rig.chat.branches(), 2);
    QCOMPARE(rig.chat.map().size(), 3);
    QSignalSpy revealed(&rig.chat, &ui::ChatModel::revealed);
    rig.chat.showMessage(first);
    QCOMPARE(rig.lastId(), first);
    QCOMPARE(revealed.size(), 1);
  }

  void temporaryChatsAreNotKept() {
    Rig rig;
    rig.chat.newTemporaryChat();
    QVERIFY(rig.chat.temporary());
    rig.ask("secret");
    QVERIFY(rig.idle());
    QCOMPARE(rig.lastText(), QString("secret"));
    bool listed = false, answered = false;
    rig.store->list(&rig.chat, [&](auto all) {
      listed = !all->empty();
      answered = true;
    });
    QVERIFY(QTest::qWaitFor([&] { return answered; }, 20000));
    QVERIFY(!listed);
    QVERIFY(!rig.state.value("chat").toLongLong());
    rig.chat.newChat();
    QVERIFY(!rig.chat.temporary());
  }

  void aFullContextIsAChoice() {
    FakeLoad load;
    load.engine.contextLength = 100;
    load.engine.answer = [](const engine::GenerationRequest&, int) { return std::string("ok"); };
    Rig rig(load);
    rig.ask(QString(30, u'a'));
    QVERIFY(rig.idle());
    QCOMPARE(rig.footerState(), QString("complete"));
    rig.ask(QString(60, u'b'));
    QVERIFY(rig.idle());
    QCOMPARE(rig.footerState(), QString("failed"));
    const auto facts =
        rig.role(rig.chat.transcript()->count() - 1, ui::TranscriptModel::FactsRole).value<ui::AnswerFacts>();
    QCOMPARE(facts.reason, QString("context"));
    QCOMPARE(facts.droppedTurns, qint64(1));
    QVERIFY(facts.error.contains("100") && facts.neededTokens > 100);
    QCOMPARE((*rig.made)->seenRequests().size(), size_t(1));
    rig.chat.regenerateShortened(rig.lastId());
    QVERIFY(rig.idle());
    QCOMPARE(rig.lastText(), QString("ok"));
    const std::string prompt = (*rig.made)->tokenizer().decode((*rig.made)->seenRequests().back().prompt, true);
    QVERIFY(prompt.find("aaa") == std::string::npos && prompt.find("bbb") != std::string::npos);
    rig.ask(QString(200, u'c'));
    QVERIFY(rig.idle());
    QCOMPARE(rig.role(rig.chat.transcript()->count() - 1, ui::TranscriptModel::FactsRole)
                 .value<ui::AnswerFacts>()
                 .droppedTurns,
             qint64(0));
  }

  void pinsDuplicatesExportsAndImports() {
    Rig rig;
    rig.ask("first chat");
    QVERIFY(rig.idle());
    const qint64 first = rig.chat.currentId();
    rig.chat.newChat();
    rig.ask("second <chat>");
    QVERIFY(rig.idle());
    const qint64 second = rig.chat.currentId();
    rig.chat.setPinned(first, true);
    const auto list = rig.chat.conversations();
    QCOMPARE(list->data(list->index(0), ui::ConversationListModel::IdRole).toLongLong(), first);
    rig.chat.duplicate(first);
    QVERIFY(QTest::qWaitFor([&] { return list->count() == 3; }, 20000));
    QCOMPARE(rig.chat.exportName(second, "markdown"), QString("second _chat_.md"));
    QSignalSpy done(&rig.chat, &ui::ChatModel::done);
    for (const char* format : {"markdown", "json", "html", "pdf"}) {
      const QString path = rig.dir.filePath(rig.chat.exportName(second, format));
      rig.chat.exportChat(second, format, QUrl::fromLocalFile(path));
      QVERIFY(done.wait(20000));
      QFile file(path);
      QVERIFY(file.open(QIODevice::ReadOnly));
      const QByteArray bytes = file.readAll();
      QVERIFY2(format == QByteArray("pdf") ? bytes.startsWith("%PDF") : bytes.contains("second"), format);
      if (format == QByteArray("html")) QVERIFY(bytes.contains("second &lt;chat&gt;") && !bytes.contains("<chat>"));
    }
    rig.chat.importChats({QUrl::fromLocalFile(rig.dir.filePath("second _chat_.json"))});
    QVERIFY(QTest::qWaitFor([&] { return list->count() == 4; }, 20000));
    QVERIFY(
        QTest::qWaitFor([&] { return rig.chat.title() == "second <chat>" && rig.chat.currentId() != second; }, 20000));
    QCOMPARE(rig.lastText(), QString("second <chat>"));
    rig.chat.importChats({QUrl::fromLocalFile(rig.dir.filePath("w.ini"))});
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.notice().contains("w.ini"); }, 20000));
  }

  void presetsAreChosenAndSaved() {
    Rig rig;
    rig.chat.setSystemPrompt("be precise");
    rig.chat.parameters()->setText(0, "0.1");
    QVERIFY(!rig.chat.savePreset("  ").isEmpty());
    QCOMPARE(rig.chat.savePreset("Precise"), QString());
    QCOMPARE(rig.chat.preset(), QString("Precise"));
    QVERIFY(!rig.chat.presetEdited());
    rig.chat.parameters()->setText(0, "0.5");
    QVERIFY(rig.chat.presetEdited());
    rig.chat.resetToPreset();
    QVERIFY(!rig.chat.presetEdited());
    rig.ask("x");
    QVERIFY(rig.idle());
    QCOMPARE((*rig.made)->seenRequests().back().sampling.temperature, 0.1);
    rig.chat.choosePreset("");
    QCOMPARE(rig.chat.parameters()->changedCount(), 0);
    ui::PresetModel again(rig.state);
    QCOMPARE(again.names(), QStringList("Precise"));
    rig.chat.removePreset("Precise");
    QVERIFY(rig.chat.presets()->names().isEmpty());
  }

  void filesGoWithAMessage() {
    Rig rig;
    QFile text(rig.dir.filePath("a.sql")), binary(rig.dir.filePath("b.bin"));
    QVERIFY(text.open(QIODevice::WriteOnly) && binary.open(QIODevice::WriteOnly));
    text.write("SELECT 1;");
    binary.write("\xff\xfe\x00", 3);
    text.close();
    binary.close();
    rig.chat.attachments()->add({QUrl::fromLocalFile(text.fileName()), QUrl::fromLocalFile(binary.fileName()),
                                 QUrl("https://example.com/x.txt")});
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.attachments()->count() == 1; }, 20000));
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.draftTokens() == 9; }, 20000));
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.notice().contains("b.bin"); }, 20000));
    QVERIFY(rig.chat.canSend());
    rig.ask("explain");
    QVERIFY(rig.idle());
    QCOMPARE(rig.chat.attachments()->count(), 0);
    QCOMPARE(rig.role(0, ui::TranscriptModel::AttachmentsRole).toStringList(), QStringList("a.sql"));
    QCOMPARE(rig.role(0, ui::TranscriptModel::ContentRole).value<ui::InlineText>().text, QString("explain"));
    const std::string prompt = (*rig.made)->tokenizer().decode((*rig.made)->seenRequests().back().prompt, true);
    QVERIFY(prompt.find("SELECT 1;") != std::string::npos);
    rig.chat.editLast();
    QCOMPARE(rig.chat.attachments()->count(), 1);
    rig.chat.cancelEdit();
    QCOMPARE(rig.chat.attachments()->count(), 0);
  }

  void countsTokens() {
    Rig rig;
    rig.chat.setDraft("12345");
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.draftTokens() == 5; }, kLong));
    QCOMPARE(rig.chat.contextTotal(), 2048.0);
  }

  void linksAreHttpOnly() {
    Rig rig;
    QVERIFY(!rig.chat.openLink("file:///etc/passwd"));
    QVERIFY(!rig.chat.openLink("javascript:alert(1)"));
  }
};

QTEST_MAIN(ChatModelTest)
#include "chat_model_test.moc"
